"""What a report was made from, as the ledger knows it: deliveries with their months and times, the model."""

from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.sentences import Language
from bassboss_lib.workspace import Workspace

__all__ = ["lineage"]


def lineage(workspace: Workspace, notebook: str, month: str, source: str, language: Language) -> list[tuple[str, str]]:
    """Give names and values for the head of a report: data dates, rows delivered, the model that serves."""
    zh = language == "zh"
    facts = []
    with Ledger(workspace.ledger) as ledger:
        data = ledger.one(
            "SELECT count(*) AS files, min(period) AS first, max(period) AS last, max(built_at) AS built,"
            " sum(loaded) AS loaded"
            " FROM delivery WHERE direction = 'in' AND loaded IS NOT NULL AND period <= ?",
            (month,),
        )
        function = notebook.split("_")[1] if notebook.count("_") == 2 else ""
        model = ledger.one("SELECT model FROM champion WHERE function = ? AND source = ?", (function, source or "boss"))
    if data and data["files"] and not source and month != "none":
        facts.append(("数据账期" if zh else "Data months", f"{data['first']} – {data['last']}"))
        facts.append(("最近送达" if zh else "Last delivered", str(data["built"])[:16].replace("T", " ")))
        facts.append(("送达文件 / 行数" if zh else "Deliveries / rows", f"{data['files']:,} / {data['loaded']:,}"))
    if model:
        facts.append(("模型" if zh else "Model", str(model["model"])))
    return facts
