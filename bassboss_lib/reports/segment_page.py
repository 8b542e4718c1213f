"""What the page of segments shows: how many and why, who they are, what they are worth, who went where."""

from collections.abc import Mapping

import pandas as pd

from bassboss_lib.reports import captions, figures_people, figures_segments
from bassboss_lib.reports.disclosure import FEW, few
from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.numbers import Kind
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.segments import OUTLIERS, Limits, Segmented, holds, segment_drivers
from bassboss_lib.segments.dimensions import dimensions
from bassboss_lib.segments.names import Name

__all__ = [
    "bars", "candidates_table", "checked", "drivers_table", "how_many", "migration", "news", "overview", "people",
    "radar", "segments_table", "values_table",
]  # fmt: skip

Names = Mapping[str, Name]
METHODS = {"kmeans": ("K 均值", "k-means"), "mixture": ("高斯混合", "Gaussian mixture")}
BLOCKS = {"behaviour": ("行为", "behaviour"), "value": ("价值", "value"),
          "life-cycle": ("生命周期", "life-cycle"), "service": ("服务", "service")}  # fmt: skip
KINDS = {
    "split": (
        "{segment} 由 {other} 分出（{share} 的成员来自它）",
        "{segment} split off {other} ({share} of its members)",
    ),
    "new": ("{segment} 是新出现的细分", "{segment} is new"),
    "merged": (
        "{segment} 并入 {other}（{share} 的成员去了那里）",
        "{segment} merged into {other} ({share} of its members)",
    ),
    "gone": ("{segment} 已解散", "{segment} is gone"),
}
RADAR = {
    "calls": ("通话", "calls"),
    "data": ("流量", "data"),
    "sms": ("短信", "messages"),
    "night": ("夜间占比", "at night"),
    "away": ("漫游占比", "roaming"),
    "circle": ("交往圈", "circle"),
    "spend": ("消费", "spend"),
}
"""Dimensions of the radar, in words short enough for a corner of it."""
RADAR_MAX = 300.0
PANELS = 12


def _place(language: Language) -> int:
    return 0 if language == "zh" else 1


def _titles(names: Names, language: Language) -> dict[str, str]:
    return {number: f"{number} {name.text(language)}" for number, name in names.items()}


def people(found: Segmented, language: Language) -> Sentence:
    """Say how many customers were measured, and on what."""
    blocks = dict.fromkeys(one.block for one in dimensions().values())
    named = ("、" if language == "zh" else ", ").join(BLOCKS[block][_place(language)] for block in blocks)
    return sentence(
        "在网客户 {customers} 人，{count} 个维度（{named}），以近六个月的习惯衡量。",
        "{customers} customers in the network, on {count} dimensions ({named}), by their habits of six months.",
        language,
        customers=len(found.labels),
        count=len(found.model.space.names),
        named=named,
    )


def how_many(found: Segmented, limits: Limits, language: Language) -> Shown | Sentence:
    """Draw agreement by method and number of groups, and say what was taken and why."""
    model, figures = found.model, found.model.facts["figures"]
    if found.tried.empty:
        return sentence(
            "客户太少或彼此相同，不划分：只有一个细分。",
            "Too few customers, or all alike: there is one segment.",
            language,
        )
    stable = figures["ari"] >= limits.agreement_min
    told = sentence(
        "{method}，**{count} 个细分**：自助样本一致性 **{ari}**（下限 {least}），{verdict}。",
        "{method}, **{count} segments**: agreement on bootstrap samples **{ari}** (at least {least}), {verdict}.",
        language,
        method=METHODS[model.clusters.method][_place(language)],
        count=model.clusters.count,
        ari=figures["ari"],
        least=limits.agreement_min,
        verdict=(("稳定", "stable") if stable else ("不够稳定，谨慎使用", "not stable enough: use with care"))[
            _place(language)
        ],
    )
    methods = {name: both[_place(language)] for name, both in METHODS.items()}
    drawn = found.tried.assign(method=found.tried["method"].map(methods))
    taken = (methods[model.clusters.method], model.clusters.count)
    figure = figures_segments.agreement_curve(drawn, language=language, least=limits.agreement_min, taken=taken)
    return show(figure, told)


def candidates_table(found: Segmented, language: Language) -> Html:
    """Show what was tried: agreement, separation, smallest share, whether it passes."""
    shown = found.tried.copy()
    shown["method"] = shown["method"].map({name: both[_place(language)] for name, both in METHODS.items()})
    shown["fit"] = shown["fit"].map({True: ("通过", "passes")[_place(language)], False: "–"})
    zh = {"method": "方法", "count": "细分个数", "agreement": "一致性", "separation": "分离度（轮廓系数）",
          "share_min": "最小占比", "fit": "结论"}  # fmt: skip
    en = {"separation": "separation (silhouette)", "share_min": "smallest share", "fit": "verdict"}
    return table(shown, titles=zh if language == "zh" else en, kinds={"share_min": "percent"})


def segments_table(found: Segmented, names: Names, language: Language) -> Html:
    """Show the segments: name, customers, share and traits; one without members is a row with 0 (R21)."""
    total = max(len(found.labels), 1)
    rows = [
        {"segment": number, "name": names[number].text(language) if number in names else "–", "customers": few(int(n)),
         "share": n / total if n == 0 or n >= FEW else float("nan"),
         "traits": names[number].traits(language) if number in names else "–"}
        for number, n in zip(found.sizes.index.astype(str), found.sizes, strict=True)
    ]  # fmt: skip
    zh = {"segment": "编号", "name": "名称", "customers": "客户数", "share": "占比", "traits": "特征（中位数）"}
    en = {"traits": "traits (medians)"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en, kinds={"share": "percent"})


def overview(found: Segmented, language: Language) -> Sentence:
    """Say the largest and the smallest segment, and how many customers are like none."""
    sizes = found.sizes.drop(OUTLIERS)
    names = _titles(found.model.names, language)
    return sentence(
        "最大的细分是“{largest}”（{most}），最小的是“{smallest}”（{least}）；{outliers} 与任何细分都不像，单列为 S00。",
        "Largest segment: “{largest}” ({most}); smallest: “{smallest}” ({least}); {outliers} are like none: S00.",
        language,
        kinds={"most": "percent", "least": "percent", "outliers": "percent"},
        largest=names[str(sizes.idxmax())],
        most=float(sizes.max() / max(found.sizes.sum(), 1)),
        smallest=names[str(sizes.idxmin())],
        least=float(sizes.min() / max(found.sizes.sum(), 1)),
        outliers=float(found.sizes[OUTLIERS] / max(found.sizes.sum(), 1)),
    )


def checked(found: Segmented, language: Language) -> Sentence:
    """Say whether what the names claim is true of the members."""
    claims = holds(found.model.names, found.measured, found.labels)
    if claims.empty:
        return sentence("没有可核对的特征。", "There is no claim to check.", language)
    return sentence(
        "名称和特征共 {count} 条说法，逐条核对：{true} 条成立；每条平均适用于 {share} 的成员（随机一人为 {chance}）。",
        "{count} claims are made in names and traits; {true} hold. On average a claim is true of {share} of members "
        "({chance} of all customers).",
        language,
        kinds={"share": "percent", "chance": "percent"},
        count=len(claims),
        true=int(claims["holds"].sum()),
        share=float(claims["share"].mean()),
        chance=float(claims["everybody"].mean()),
    )


def _profiles(found: Segmented, names: Names, language: Language, wanted: Mapping[str, str]) -> pd.DataFrame:
    """Give the mean of each wanted dimension (name → title) by segment, 100 = the mean of all."""
    means = found.measured.groupby(found.labels.to_numpy()).mean()
    everybody = found.measured.mean()
    titles = _titles(names, language)
    rows = [
        {"segment": titles.get(number, number), "trait": title,
         "index": 100.0 * means.loc[number, name] / everybody[name], "customers": int(found.sizes[number])}
        for number in means.index if number != OUTLIERS
        for name, title in wanted.items() if everybody[name] > 0
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["segment", "trait", "index", "customers"])


def radar(found: Segmented, names: Names, language: Language) -> Shown:
    """Draw the shape of each segment: seven dimensions, 100 = the mean of all; what is beyond 300 stands at 300."""
    profiles = _profiles(found, names, language, {name: words[_place(language)] for name, words in RADAR.items()})
    cut = profiles.assign(index=profiles["index"].clip(upper=RADAR_MAX))
    figure = figures_people.segment_radar(cut, language=language, panels_max=PANELS)
    return show(figure, captions.segment_radar(profiles, language))


def bars(found: Segmented, names: Names, language: Language) -> Shown:
    """Draw how far each segment is from the mean on every dimension."""
    wanted = {name: dimension.title(language) for name, dimension in dimensions().items()}
    profiles = _profiles(found, names, language, wanted)
    figure = figures_people.segment_bars(profiles, language=language, panels_max=PANELS)
    return show(figure, captions.segment_bars(profiles, language))


def drivers_table(found: Segmented, names: Names, language: Language, most: int = 3) -> Html | Sentence:
    """Show which dimensions put customers into each segment, by the trees that learnt the segments (SHAP)."""
    if not found.model.surrogate:
        return sentence("只有一个细分，无需解释。", "There is one segment: nothing to explain.", language)
    pushes = segment_drivers(found.model, found.measured, found.labels)
    rows = []
    for number, group in pushes.groupby("segment", sort=True):
        told = [
            f"{dimensions()[str(one.dimension)].title(language)} ({one.push:+.1f})"
            for one in group.head(most).itertuples()
        ]
        rows.append({"segment": _titles(names, language)[str(number)], "pushes": "; ".join(told)})
    zh = {"segment": "细分", "pushes": "把客户归入此细分的维度（对数几率）"}
    en = {"pushes": "dimensions that put customers here (log-odds)"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en)


def values_table(found: Segmented, values: pd.DataFrame, names: Names, language: Language) -> Html:
    """Show the value block by segment: means of ARPU, minutes and credit, and the mean class of growth potential."""
    by = values.reindex(found.labels.index).groupby(found.labels.to_numpy())
    frame = by[["arpu_fen", "mou_min", "credit_fen", "growth_potential"]].mean()
    frame = frame[by.size() >= FEW].rename_axis("segment").reset_index()
    frame["segment"] = frame["segment"].map(_titles(names, language))
    zh = {"segment": "细分", "arpu_fen": "ARPU", "mou_min": "MOU（分钟）", "credit_fen": "信用度",
          "growth_potential": "发展潜力（1–5）"}  # fmt: skip
    en = {
        "arpu_fen": "ARPU",
        "mou_min": "MOU (min)",
        "credit_fen": "credit",
        "growth_potential": "growth potential (1–5)",
    }
    kinds: dict[str, Kind] = {"arpu_fen": "yuan", "credit_fen": "yuan"}
    return table(frame, titles=zh if language == "zh" else en, kinds=kinds)


def migration(found: Segmented, names: Names, language: Language) -> Shown | Sentence:
    """Draw who went from which segment to which since last month."""
    moves = found.moves
    if moves.empty:
        return sentence(
            "上月没有细分，下月起可见迁移。", "Last month was not divided: moves show from next month.", language
        )
    titles = _titles(names, language)
    drawn = moves.assign(**{side: moves[side].map(lambda one: titles.get(one, one)) for side in ("source", "target")})
    told = sentence(
        "两个月都在网的 {customers} 名客户中，**{kept}** 留在原细分；点表示不足十人。",
        "Of {customers} customers of both months **{kept}** are in the segment they were in; a dot is fewer than ten.",
        language,
        kinds={"kept": "percent"},
        customers=int(moves["customers"].sum()),
        kept=found.kept_share,
    )
    return show(figures_segments.migration_matrix(drawn, language=language), told)


def news(found: Segmented, language: Language) -> Sentence:
    """Announce splits, merges, new segments and those that are gone."""
    if found.before.empty:
        return sentence(
            "上月没有划分：编号沿用此前最近的模型，首次划分则按规模从大到小。",
            "Last month was not divided: numbers are those of the newest model before, or by size if there is none.",
            language,
        )
    if not found.news:
        return sentence(
            "编号与上月相同，没有拆分或合并。", "Numbers are last month's; nothing split or merged.", language
        )
    place = _place(language)
    told = [
        KINDS[str(one["kind"])][place].format(segment=one["segment"], other=one["other"], share=f"{one['share']:.0%}")
        for one in found.news
    ]
    return sentence("**{told}**。", "**{told}**.", language, told=("；" if language == "zh" else "; ").join(told))
