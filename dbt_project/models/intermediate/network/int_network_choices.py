"""The sites of each plan; `flows.network` chooses them, and knows nothing of orders or rates."""


def model(dbt, session):
    dbt.config(materialized="table")
    from flows.network.choices import choose

    rows = choose(dbt.ref("int_network_pairs").fetchnumpy())
    fields = ("shop_id", "as_of_on", "objective", "plan", "name", "site_zip3")
    types = ", ".join(f"{field} {'date' if field == 'as_of_on' else 'varchar'}" for field in fields)
    # A relation: frames would need a library more.
    return session.sql(f"select unnest(cast(? as struct({types})[]), recursive := true)", params=[rows])
