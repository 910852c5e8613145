"""SQL and Python as HTML with four kinds of words marked: keywords, texts, numbers, comments. Everything is escaped."""

from html import escape

from pygments.lexer import Lexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.sql import SqlLexer
from pygments.token import Comment, Keyword, Number, String, Token

MARKS = ((Keyword, "k"), (String, "s"), (Number, "m"), (Comment, "c"))


def sql_html(text: str) -> str:
    """SQL, marked."""
    return _marked(text, SqlLexer())


def python_html(text: str) -> str:
    """Python, marked."""
    return _marked(text, PythonLexer())


def _marked(text: str, lexer: Lexer) -> str:
    return "".join(_span(kind, part) for kind, part in lexer.get_tokens(text)).rstrip("\n")


def _span(kind: Token, text: str) -> str:
    mark = next((mark for token, mark in MARKS if kind in token), None)
    return f'<span class="{mark}">{escape(text)}</span>' if mark and text.strip() else escape(text)
