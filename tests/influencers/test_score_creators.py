"""Scoring files of creators: one line a creator, growth from several files, bad lines named and never a crash."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db
HEAD = "platform,handle,name,category,country,followers,avg_views,avg_likes,avg_comments,avg_shares,authentic_engagement,avg_engagement\n"


def run(*arguments: str) -> tuple[list[str], str]:
    out, errors = StringIO(), StringIO()
    call_command("score_creators", *arguments, stdout=out, stderr=errors)
    return out.getvalue().splitlines(), errors.getvalue()


def written(folder: Path, name: str, *lines: str, head: str = HEAD) -> str:
    path = folder / name
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_each_creator_is_an_object_with_score_parts_flags_and_verdict(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "creators-2022-11.csv",
        "instagram,slowhome,Mei,Home,JP,25000,,230,20,,,",
        "instagram,sums,Sum,,,25000,,,,,200,250",
        "tiktok,nobody,,,,80000,,2900,100,,,",
    )

    lines, errors = run(path, "--json")

    first, second, third = (json.loads(line) for line in lines)
    assert (first["platform"], first["handle"], first["score"], first["verdict"]) == (
        "instagram",
        "slowhome",
        64.6,
        "likely",
    )
    assert first["parts"]["engagement"] == {"value": 51.9, "points": 24.2, "most": 46.7}
    assert (first["parts"]["cadence"], first["missing"]) == (None, ["cadence", "relevance"])
    assert (second["score"], second["rate"]) == (first["score"], first["rate"])
    assert (third["verdict"], third["missing"]) == ("close", ["engagement", "cadence", "relevance"])
    assert "3 creators of 3 lines scored for 2022-11-01" in errors


def test_several_files_give_growth_and_the_youngest_line_scores(tmp_path: Path) -> None:
    files = [
        written(tmp_path, "c-2022-09.csv", "instagram,jump,,,,20000,,400,0,,,", "instagram,gone,,,,20000,,400,0,,,"),
        written(tmp_path, "c-2022-10.csv", "instagram,jump,,,,40000,,410,0,,,"),
    ]

    for order in (files, files[::-1]):
        jump, gone = sorted(
            (json.loads(line) for line in run(*order, "--json")[0]), key=lambda one: one["handle"], reverse=True
        )
        assert (jump["growth"], jump["flags"]) == (1.0, ["spike"])
        assert (gone["growth"], gone["flags"]) == (None, [])
    assert "stale" in run(*files, "--today", "2022-11-15", "--json")[0][1]


def test_lines_that_cannot_be_used_are_named_and_the_others_scored(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "mixed.csv",
        "instagram,good,,,,1000,,20,,,,",
        "myspace,x,,,,1,,,,,,",
        "instagram,,,,,5,,,,,,",
        "instagram,negative,,,,-5,,,,,,",
        "instagram,word,,,,5,,many,,,,",
        "instagram,hidden,,,,,,,,,,",
        "instagram,long,,,,5,,,,,,,,9",
        "instagram,short,,,,600",
        "instagram,good,,,,9,,,,,,",
        'youtube,🎨名前,,,,"1,200",,3.5,,,,',
        "\x00\ufeff",
    )

    lines, errors = run(path)

    assert [line.split()[:2] for line in lines[:3]] == [
        ["instagram", "good"],
        ["instagram", "short"],
        ["youtube", "🎨名前"],
    ]
    assert lines[3].startswith("3 creators of 11 lines")
    assert [refusal.partition(": ")[::2] for refusal in errors.splitlines()] == [
        ("mixed.csv, line 3", "unknown platform 'myspace'"),
        ("mixed.csv, line 4", "no handle"),
        ("mixed.csv, line 5", "followers is not a number of zero or more: '-5'"),
        ("mixed.csv, line 6", "avg_likes is not a number of zero or more: 'many'"),
        ("mixed.csv, line 7", "no followers"),
        ("mixed.csv, line 8", "more cells than columns"),
        ("mixed.csv, line 10", "repeats line 2, which counts"),
        ("mixed.csv, line 12", "unknown platform '\ufffd\\ufeff'"),
    ]


def test_a_file_that_is_no_such_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"other\.csv: no column platform, handle, followers"):
        run(written(tmp_path, "other.csv", "1,2", head="a,b\n"))
    with pytest.raises(CommandError, match="nowhere"):
        run(str(tmp_path / "nowhere.csv"))
    garbage = tmp_path / "garbage.csv"
    garbage.write_bytes(b"\xff\xfe\x00\x81" * 500)
    with pytest.raises(CommandError, match=r"garbage\.csv: no column"):
        run(str(garbage))


def test_the_spread_is_drawn_as_a_picture(tmp_path: Path) -> None:
    path = written(tmp_path, "c.csv", "instagram,a<b,,,,25000,,230,20,,,", "x,b,,,,600,,0,0,,,")

    run(path, "--picture", str(tmp_path / "spread.svg"))

    drawn = (tmp_path / "spread.svg").read_text()
    assert "2 creators on" in drawn
    assert "instagram: 1 creators" in drawn
    assert "<title>60 to 65: 1</title>" in drawn
