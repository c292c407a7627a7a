"""What the charts of the documentation have in common: their look, and files that are the same whenever they are made.

Text stays text (searchable, small), the ground is white in light and dark pages alike, and neither a date nor a random
id is in the file: made again from the same figures it is the same, byte for byte.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's colours: distinguishable for colour-blind readers, too.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

LOOK: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sanku",
    "svg.id": None,
    # The first comes with matplotlib, so that the layout is the same everywhere; readers may lack it.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def panels(
    columns: int, *, size: tuple[float, float], heights: tuple[float, float]
) -> tuple[Figure, list[Axes], list[Axes]]:
    """A figure of `size` inches and its axes from left to right: the upper row, and a lower one for counts."""
    mpl.rcParams.update(LOOK)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(
        2,
        columns,
        sharex="col",
        sharey="row",
        squeeze=False,
        gridspec_kw={"height_ratios": heights},
    )
    return figure, list(grid[0]), list(grid[1])


def write(figure: Figure, path: Path) -> None:
    """As SVG."""
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
