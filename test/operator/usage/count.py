"""Counts logs with DuckDB, and reads Athena's statements with sqlglot.

  count.py access FILE            views, hits and bytes by tenant and day
  count.py service FILE           renders, their time, refusals and invalidations by tenant and day
  count.py athena FILE            runs the query on stdin over a JSON log
  count.py parse                  the columns of the table and of the query on stdin

Prints one JSON value. Tenants are those of the file TENANTS, one a line.
"""
import json
import os
import sys

PROBE = "/signet-doctor/unsigned.jpg"
NAME = "[a-z0-9]+(-[a-z0-9]+)*"


def connect():
    import duckdb
    database = duckdb.connect()
    database.execute("SET memory_limit = '2GB'")
    database.execute("CREATE TABLE known (tenant VARCHAR)")
    with open(os.environ["TENANTS"], encoding="utf-8") as names:
        database.executemany("INSERT INTO known VALUES (?)", [[name.strip()] for name in names])
    return database


def rows(database, sql):
    found = database.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found.fetchall()]


ACCESS = """
CREATE VIEW lines AS SELECT * FROM read_csv('{file}', delim='\t', header=false, skip=2, quote='', escape='',
  all_varchar=true, null_padding=true, ignore_errors=true, strict_mode=false, names=[{names}]);
CREATE VIEW own AS SELECT *,
  CASE WHEN regexp_matches(lower("x-host-header"), '^img\\.{name}\\.test\\.?(:[0-9]*)?$')
    THEN split_part(lower("x-host-header"), '.', 2)
    WHEN regexp_matches("cs-uri-stem", '^/{name}/') THEN split_part("cs-uri-stem", '/', 2) END AS named
  FROM lines WHERE "sc-status" IS NOT NULL AND "cs-uri-stem" <> '{probe}';
"""


def access(file):
    database = connect()
    names = "date time x-edge-location cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent) cs-uri-query x-edge-result-type x-host-header sc-bytes"
    quoted = ", ".join(f"'{name}'" for name in names.split())
    database.execute(ACCESS.format(file=file, names=quoted, name=NAME, probe=PROBE))
    return rows(database, """
      SELECT coalesce(known.tenant, '(unknown)') AS tenant, "date" AS period, count(*) AS views,
        count(*) FILTER (WHERE "x-edge-result-type" IN ('Hit', 'RefreshHit', 'OriginShieldHit')) AS hits,
        CAST(coalesce(sum(TRY_CAST("sc-bytes" AS BIGINT)), 0) AS BIGINT) AS bytes
      FROM own LEFT JOIN known ON known.tenant = own.named GROUP BY ALL ORDER BY ALL""")


SERVICE = """
CREATE VIEW lines AS SELECT * FROM read_ndjson('{file}', ignore_errors=true, columns={{
  "time": 'VARCHAR', "function": 'VARCHAR', outcome: 'VARCHAR', tenant: 'VARCHAR', requests: 'BIGINT',
  milliseconds: 'BIGINT', "renderMilliseconds": 'BIGINT', bytes: 'BIGINT', invalidations: 'BIGINT'}});
CREATE VIEW own AS SELECT coalesce(known.tenant, '(unknown)') AS tenant, substr("time", 1, 10) AS period,
    "function" = 'purge' AS purged, lines.outcome, lines.requests, lines.invalidations,
    coalesce(lines."renderMilliseconds", lines.milliseconds) AS took,
    "function" <> 'purge' AND lines.outcome NOT IN ('allowed', 'options', 'stored', 'rendered') AS refused,
    "function" = 'origin-response' AND (lines.outcome = 'rendered' OR (lines.outcome <> 'stored' AND lines.bytes IS NOT NULL)) AS drawn
  FROM lines LEFT JOIN known ON known.tenant = lines.tenant
  WHERE "function" IS NOT NULL AND NOT ("function" = 'purge' AND NOT regexp_matches(coalesce(lines.tenant, ''), '^{name}$'));
"""


def service(file):
    database = connect()
    database.execute(SERVICE.format(file=file, name=NAME))
    used = rows(database, """
      SELECT tenant, period, CAST(coalesce(sum(requests) FILTER (WHERE drawn), 0) AS BIGINT) AS renders,
        CAST(coalesce(sum(took * requests) FILTER (WHERE drawn), 0) AS BIGINT) AS milliseconds,
        CAST(coalesce(sum(invalidations) FILTER (WHERE purged), 0) AS BIGINT) AS invalidations
      FROM own WHERE refused OR drawn OR purged GROUP BY ALL ORDER BY ALL""")
    refused = rows(database, """
      SELECT tenant, period, outcome, CAST(sum(requests) AS BIGINT) AS count
      FROM own WHERE refused GROUP BY ALL ORDER BY ALL""")
    return {"used": used, "refused": refused}


def athena(file):
    import sqlglot
    database = connect()
    database.execute(f"""CREATE VIEW signet_access_logs AS SELECT *,
      replace("date", '-', '/') AS "day" FROM read_ndjson('{file}', columns={{{', '.join(
        f"'{name}': 'VARCHAR'" for name in os.environ["COLUMNS"].split())}}})""")
    query = sqlglot.transpile(sys.stdin.read(), read="athena", write="duckdb")[0]
    return rows(database, f"SELECT * REPLACE (CAST(hits AS BIGINT) AS hits, CAST(bytes AS BIGINT) AS bytes) FROM ({query})")


def parse():
    import sqlglot
    from sqlglot import exp
    table, query = json.load(sys.stdin)
    created = sqlglot.parse_one(table, read="athena")
    asked = sqlglot.parse_one(query, read="athena")
    defined = [column.name for column in created.find_all(exp.ColumnDef)]
    own = {cte.alias for cte in asked.find_all(exp.CTE)}
    aliases = {alias.alias for alias in asked.find_all(exp.Alias)}
    return {
        "kind": f"{type(created).__name__} {created.args.get('kind')}, {type(asked).__name__}",
        "columns": defined,
        "tables": sorted({found.name for found in asked.find_all(exp.Table)} - own),
        "read": sorted({column.name for column in asked.find_all(exp.Column)} - aliases),
    }


print(json.dumps({"access": access, "service": service, "athena": athena, "parse": parse}[sys.argv[1]](*sys.argv[2:])))
