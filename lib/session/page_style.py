"""What do all pages look like, beyond what the theme can say?"""

import streamlit as st

# A phone's window, below the width where Streamlit puts pages and controls behind a button without words.
NARROW = "(max-width: 767px)"
STYLE = f"""
.title-line {{ line-height: 1.25; }}
.title-line .name, .title-line small {{ display: block; overflow: hidden; white-space: nowrap; }}
.title-line .name, .title-line small {{ text-overflow: ellipsis; }}
.title-line .name {{ font-size: 1.125rem; font-weight: 600; }}
.title-line small {{ font-size: 0.8125rem; opacity: 0.8; }}
.title-line .page {{ display: none; }}
.st-key-title-line {{ flex-wrap: nowrap; height: 2.5rem; }}
.st-key-title-line > :last-child {{ min-width: 0; }}
.st-key-title-line > :first-child {{ flex: none; }}
/* Over the tools of the chart below it, which are there while the mouse is. */
.st-key-why-here {{ position: relative; z-index: 2; }}
@media {NARROW} {{
  .title-line .page {{ display: inline; }}
  .title-line .size {{ display: none; }}
  /* The legend of a time course leaves room above itself. */
  .st-key-series {{ margin-top: -1rem; }}
  .st-key-readout [data-testid="stText"], .st-key-readout [data-testid="stText"] * {{
    font-size: 0.8125rem; line-height: 1.35;
  }}
  .st-key-why-here {{ flex-wrap: nowrap; }}
  .st-key-why-here > :first-child {{ flex: 1; min-width: 0; }}
  .st-key-title-line {{ margin: -0.875rem 0 -0.5rem; }}
  [data-testid="stExpandSidebarButton"] {{ width: auto; }}
  [data-testid="stExpandSidebarButton"]::after {{
    content: "Pages and controls"; padding-left: 0.375rem; font-size: 0.875rem;
  }}
}}
/* Streamlit writes white on the main button: on the dark theme's light green nobody can read it. */
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] p {{ color: light-dark(#fff, #0d1214); }}
/* Its arrows beside tabs that do not fit are narrower than a finger. */
[data-testid="stTabsScrollLeft"], [data-testid="stTabsScrollRight"] {{ min-width: 24px; }}
"""


def show_style() -> None:
    """Give the page its style; nothing is shown."""
    st.html(f"<style>{STYLE}</style>")
