"""The exchange (互动接口层): names, data files, verification, manifests, receipts, deliveries and intake.

Everything that crosses between the two systems is a delivery: data files, a manifest, and last a verification file
that makes it whole. Nothing half-written is seen, nothing is lost, nothing is loaded twice, and every refusal carries
the two-digit code of the interface convention.
"""

from bassboss_lib.exchange.codes import FILE_CODES, FileRefused
from bassboss_lib.exchange.deliver import write_delivery
from bassboss_lib.exchange.intake import Progress, take_in
from bassboss_lib.exchange.names import FileName, Stem, parse
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.exchange.receiving import Received, receive
from bassboss_lib.exchange.recovery import recover
from bassboss_lib.exchange.release import Gate, release, withdraw
from bassboss_lib.exchange.report import IntakeReport, Loaded

__all__ = [
    "FILE_CODES",
    "FileName",
    "FileRefused",
    "Gate",
    "IntakeReport",
    "Loaded",
    "Progress",
    "Published",
    "Received",
    "Stem",
    "parse",
    "publish",
    "receive",
    "recover",
    "release",
    "take_in",
    "withdraw",
    "write_delivery",
]
