"""An executed notebook as one HTML page: its parts are read, charts and tables made, the templates in this folder filled."""
