"""Settlement marts in order: a tied order, one that differs, a missing one, one not settled yet."""

_PARTS = ("sales", "refund", "referral_fee", "refund_admin_fee", "affiliate_commission", "shipping")


def _money(prefix: str, amounts: tuple[str, ...]) -> str:
    return ", ".join(
        f"{amount}::decimal(18, 2) as {prefix}_{part}"
        for part, amount in zip(_PARTS, amounts, strict=True)
    )


_OWED = ("20.00", "0", "-1.20", "0", "-3.00", "0")
_NOTHING = ("null",) * len(_PARTS)

SETTLEMENT_MARTS = (
    "create table marts.settlement_orders as "
    "select shop_id, 'T' || shop_id as order_id, date '{as_of}' - 9 as settled_on, "
    f"1::bigint as statements, 'tied' as state, false as is_sample, {_money('expected', _OWED)}, "
    f"16.00::decimal(18, 2) as expected_payout, {_money('stated', _OWED)}, "
    "0.50::decimal(18, 2) as stated_adjustment, -0.30::decimal(18, 2) as stated_other, "
    "16.00::decimal(18, 2) as stated_payout, 0::decimal(18, 2) as arithmetic_residual, "
    "0::decimal(18, 2) as unexplained_amount, 1::bigint as rounded_amounts, 'USD' as currency, "
    "9::bigint as age_days from {shops} union all by name "
    "select shop_id, 'D' || shop_id as order_id, date '{as_of}' - 9 as settled_on, "
    f"1::bigint as statements, 'differs' as state, false as is_sample, "
    f"{_money('expected', ('20.00', '0', '-1.20', '0', 'null', '0'))}, "
    f"15.80::decimal(18, 2) as expected_payout, "
    f"{_money('stated', ('20.00', '0', '-2.20', '0', '-3.00', '0'))}, "
    "0::decimal(18, 2) as stated_adjustment, 0::decimal(18, 2) as stated_other, "
    "14.80::decimal(18, 2) as stated_payout, 0::decimal(18, 2) as arithmetic_residual, "
    "-1.00::decimal(18, 2) as unexplained_amount, 1::bigint as rounded_amounts, 'USD' as currency, "
    "9::bigint as age_days from {shops} union all by name "
    "select shop_id, state || shop_id as order_id, null::date as settled_on, "
    f"0::bigint as statements, state, false as is_sample, {_money('expected', _OWED)}, "
    f"15.80::decimal(18, 2) as expected_payout, {_money('stated', _NOTHING)}, "
    "null::decimal(18, 2) as stated_adjustment, null::decimal(18, 2) as stated_other, "
    "null::decimal(18, 2) as stated_payout, null::decimal(18, 2) as arithmetic_residual, "
    "case state when 'missing' then -15.80::decimal(18, 2) end as unexplained_amount, "
    "1::bigint as rounded_amounts, 'USD' as currency, 20::bigint as age_days "
    "from {shops}, (values ('missing'), ('not_settled_yet')) as s2 (state)",
    "create table marts.settlement_components as "
    "select shop_id, date '{as_of}' - 9 as statement_on, component, 'USD' as currency, "
    "stated_amount::decimal(18, 2) as stated_amount, difference::decimal(18, 2) as difference "
    "from {shops}, (values ('sales', 40, 0), ('referral_fee', -3.4, -1), "
    "('affiliate_commission', -6, 0), ('adjustment', 0.5, null), ('other', -0.3, null), "
    "('payout', 30.8, -1)) as c (component, stated_amount, difference)",
    "create table marts.settlement_residuals as "
    "select shop_id, age_bucket, 'USD' as currency, 1::bigint as orders, "
    "amount::decimal(18, 2) as amount from {shops}, "
    "(values ('8 to 14 days', -1), ('15 to 30 days', -15.8)) as r (age_bucket, amount)",
    "create table marts.settlement_fee_checks as "
    "select shop_id, 'D' || shop_id as order_id, 'referral_rate' as check_name, "
    "-1.20::decimal(18, 2) as expected_amount, -2.20::decimal(18, 2) as stated_amount, "
    "-1.00::decimal(18, 2) as difference from {shops}",
)
