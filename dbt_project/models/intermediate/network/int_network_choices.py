"""The sites of each plan; `flows.network` chooses them, and knows nothing of orders or rates."""

READ = (
    "shop_id", "as_of_on", "site_zip3", "destination_zip3", "region", "orders", "transit_days",
    "order_cents", "site_cents", "is_present", "is_enough_demand",
)
WRITTEN = "shop_id text, as_of_on date, objective text, plan text, name text, site_zip3 text"


def model(dbt, session):
    dbt.config(materialized="table")
    # Imported where it is used: dbt parses this file without running it.
    from flows.network.choices import choose

    rows = choose(dbt.ref("int_network_pairs").project(", ".join(READ)).fetchnumpy())
    # A relation: to take frames, the adapter would need one library more.
    return session.sql(
        f"select unnest(cast(? as struct({WRITTEN})[]), recursive := true)", params=[rows]
    )
