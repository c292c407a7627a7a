"""Triggers that make the commit itself fail, on both databases."""

from app.database import Database


def fail_commits_that_insert_into(database: Database, table: str) -> None:
    statements = [
        "CREATE TABLE nowhere (id INTEGER PRIMARY KEY)",
        "CREATE TABLE dangling (id INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED)",
    ]
    if database.is_sqlite:
        statements.append(
            f"CREATE TRIGGER fail_commit AFTER INSERT ON {table} BEGIN INSERT INTO dangling VALUES (1); END"
        )
    else:
        statements += [
            "CREATE FUNCTION dangle() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO dangling VALUES (1); RETURN NULL; END $$",
            f"CREATE TRIGGER fail_commit AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION dangle()",
        ]
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def stop_failing_commits(database: Database, table: str) -> None:
    with database.engine.begin() as connection:
        where = "" if database.is_sqlite else f" ON {table}"
        connection.exec_driver_sql(f"DROP TRIGGER fail_commit{where}")
