"""The warehouse: from deliveries to Parquet by unit and month, and monthly aggregates beside them.

It holds pseudonyms only. Many may read while one writes, because a partition is written aside and renamed.
"""

from bassboss_lib.warehouse.load import ingest
from bassboss_lib.warehouse.partitions import months, newest_month, partition, paths

__all__ = ["ingest", "months", "newest_month", "partition", "paths"]
