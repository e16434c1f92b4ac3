"""Gradio's theme, with every colour taken from ``colours.css`` and ``dark.css``: light and dark are decided there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.themes import Base

__all__ = ["make_theme"]

_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

_COLOURS = {
    "body_background_fill": "--kin-page",
    "body_text_color": "--kin-ink",
    "body_text_color_subdued": "--kin-muted",
    "background_fill_primary": "--kin-surface",
    "background_fill_secondary": "--kin-page",
    "block_background_fill": "--kin-page",
    "block_border_color": "--kin-rule",
    "block_info_text_color": "--kin-muted",
    "block_label_text_color": "--kin-ink",
    "block_title_text_color": "--kin-ink",
    "border_color_accent": "--kin-accent",
    "border_color_primary": "--kin-rule",
    "button_primary_background_fill": "--kin-fill",
    "button_primary_background_fill_hover": "--kin-fill-hover",
    "button_primary_border_color": "--kin-fill",
    "button_primary_text_color": "--kin-on-fill",
    "button_secondary_background_fill": "--kin-surface",
    "button_secondary_background_fill_hover": "--kin-soft",
    "button_secondary_border_color": "--kin-edge",
    "button_secondary_text_color": "--kin-ink",
    "color_accent": "--kin-accent",
    "color_accent_soft": "--kin-soft",
    "input_background_fill": "--kin-surface",
    "input_background_fill_focus": "--kin-surface",
    "input_border_color": "--kin-edge",
    "input_border_color_focus": "--kin-accent",
    "input_placeholder_color": "--kin-muted",
    "link_text_color": "--kin-accent",
    "neutral_200": "--kin-rule",
}


def make_theme() -> Base:
    """A plain theme: system fonts, 16 px, no shadows, one accent."""
    from gradio.themes import Base, sizes

    theme = Base(text_size=sizes.text_lg, radius_size=sizes.radius_sm, font="sans-serif", font_mono="monospace")
    values = {name: f"var({variable})" for name, variable in _COLOURS.items() if not name.startswith("neutral")}
    dark = {f"{name}_dark": value for name, value in values.items()}
    known = {name: value for name, value in (values | dark).items() if hasattr(theme, name)}
    theme.set(
        **known,
        block_border_width="0px",
        block_padding="0px",
        block_shadow="none",
        block_title_text_weight="600",
        button_primary_shadow="none",
        button_secondary_shadow="none",
        input_shadow="none",
        input_shadow_focus="none",
    )
    theme.font = _FONTS
    return theme
