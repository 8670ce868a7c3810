"""Prints what pandas, pyarrow and DuckDB make of a file: for each a table of column names and types, and rows."""

import json
import sys

import duckdb
import pandas as pd
import pyarrow.parquet as pq

path = sys.argv[1]
table = pq.read_table(path)
duck = duckdb.sql(f"SELECT * FROM '{path}'")
frame = pd.read_parquet(path)
rows = duckdb.sql(f"SELECT to_json(t) FROM '{path}' t ORDER BY id").fetchall()
print(
    json.dumps(
        {
            "pyarrow": {field.name: str(field.type) for field in table.schema},
            "duckdb": dict(zip(duck.columns, map(str, duck.types))),
            "pandas": {name: str(kind) for name, kind in frame.dtypes.items()},
            "rows": [json.loads(text) for (text,) in rows],
            "nulls": {name: int(count) for name, count in frame.isna().sum().items()},
        }
    )
)
