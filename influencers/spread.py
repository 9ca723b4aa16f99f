"""The spread of many scores, as numbers and as a picture (SVG text). Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from influencers.scoring import Policy, Score

STEP = 5
WIDTH, ROW, LEFT, RIGHT, TOP = 760, 150, 40, 740, 64


@dataclass(slots=True)
class Spread:
    """How many accounts of each network fell into each step of points, and how they were judged."""

    steps: dict[str, Counter[int]] = field(default_factory=dict)
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    flags: dict[str, Counter[str]] = field(default_factory=dict)
    points: dict[str, list[float]] = field(default_factory=dict)

    def add(self, platform: str, result: Score) -> None:
        """Count one account's score."""
        self.steps.setdefault(platform, Counter())[min(int(result.points // STEP), 100 // STEP - 1)] += 1
        self.verdicts.setdefault(platform, Counter())[result.verdict] += 1
        self.flags.setdefault(platform, Counter()).update(result.flags)
        self.points.setdefault(platform, []).append(result.points)

    @property
    def count(self) -> int:
        """All accounts."""
        return sum(len(points) for points in self.points.values())


def quartiles(points: Iterable[float]) -> dict[str, float]:
    """The least, the three quartiles (nearest rank) and the most."""
    ordered = sorted(points)
    if not ordered:
        return {}
    last = len(ordered) - 1
    places = {"least": 0, "quarter": last // 4, "middle": last // 2, "three_quarters": 3 * last // 4, "most": last}
    return {name: ordered[place] for name, place in places.items()}


def picture(spread: Spread, policy: Policy, title: str) -> str:
    """Bars of points for each network, one row each, with the lines for close and likely."""
    names = sorted(spread.points)
    height = TOP + ROW * len(names) + 20
    step = (RIGHT - LEFT) * STEP / 100
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#1f2430">{escape(title)}</text>',
        f'<text x="{LEFT}" y="44" fill="#4a5160">Creators by points, 0 to 100. Lines: close from {policy.close_from}, likely from {policy.likely_from}.</text>',
    ]
    for place, name in enumerate(names):
        base = TOP + ROW * (place + 1) - 24
        most = max(spread.steps[name].values())
        middle = quartiles(spread.points[name])["middle"]
        out.append(
            f'<text x="{LEFT}" y="{base - ROW + 40}" fill="#1f2430">{escape(name)}: {len(spread.points[name])} creators, half above {middle:.1f}</text>'
        )
        for number in range(100 // STEP):
            count = spread.steps[name][number]
            if count:
                tall = max(1.0, (ROW - 62) * count / most)
                out.append(
                    f'<rect x="{LEFT + number * step + 1:.1f}" y="{base - tall:.1f}" width="{step - 2:.1f}" height="{tall:.1f}" fill="#3f6fb5">'
                    f"<title>{number * STEP} to {(number + 1) * STEP}: {count}</title></rect>"
                )
        for line in (policy.close_from, policy.likely_from):
            x = LEFT + (RIGHT - LEFT) * line / 100
            out.append(
                f'<path d="M{x:.1f} {base}V{base - ROW + 56}" stroke="#b3372f" stroke-width="1.5" stroke-dasharray="4 3"/>'
            )
        out.append(f'<path d="M{LEFT} {base}H{RIGHT}" stroke="#4a5160"/>')
        out += [
            f'<text x="{LEFT + (RIGHT - LEFT) * mark / 100:.1f}" y="{base + 15}" text-anchor="middle" fill="#4a5160">{mark}</text>'
            for mark in range(0, 101, 20)
        ]
    return "\n".join([*out, "</svg>", ""])
