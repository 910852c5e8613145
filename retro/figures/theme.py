"""The one look of all charts: colours, type and the Vega-Lite `config`.

Colours are those of Okabe and Ito, safe for the colour-blind. Each has one meaning on every page, and there are never
more than eight hues.
"""

COLOURS = {
    "work": "#0072b2",
    "other work": "#a9cfe6",
    "merges": "#56b4e9",
    "releases": "#d55e00",
    "added": "#009e73",
    "deleted": "#cc79a7",
    "second model": "#e69f00",
    "baseline": "#8a8f98",
    "track": "#e4e6ea",
}
# Fixed: a chart as wide as its container hangs JupyterLab. The page sets its own width.
NOTEBOOK_WIDTH = 500
INK, MUTED, PAPER = "#1c1e21", "#5b616b", "#ffffff"
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"
CODE_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace"


def theme() -> dict:
    """The Vega-Lite `config` of every chart; what a chart sets itself wins over it."""
    return {
        "aria": False,
        "background": PAPER,
        "font": FONT,
        "padding": {"bottom": 4, "left": 0, "right": 0, "top": 2},
        "view": {"stroke": None},
        "bar": {"color": COLOURS["work"]},
        "point": {"color": COLOURS["work"], "filled": True, "opacity": 1, "size": 70},
        "rule": {"color": COLOURS["baseline"]},
        "text": {"color": INK, "fontSize": 12},
        "style": {
            "name": {"fontSize": 13, "fontWeight": 600},
            "path": {"font": CODE_FONT, "fontSize": 12},
            "says": {"color": MUTED},
            "note": {"color": MUTED},
            "mark": {"fontSize": 11},
        },
        "axis": {
            "domain": False,
            "grid": False,
            "gridColor": COLOURS["track"],
            "labelColor": MUTED,
            "labelFontSize": 12,
            "ticks": False,
            "title": None,
        },
        "legend": {
            "labelColor": INK,
            "labelFontSize": 12,
            "offset": 8,
            "orient": "top",
            "symbolType": "square",
            "title": None,
        },
        "title": {"anchor": "start", "color": INK, "fontSize": 15, "offset": 12, "subtitleColor": MUTED},
    }
