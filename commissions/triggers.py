"""What the database itself holds to, on both engines: rows that are written once, payouts that are frozen, balances.

Installed by migrations. On SQLite, Django remakes a table to alter it and its triggers vanish with the old one: a migration
that alters one of these tables ends with ``RunPython(triggers.install, triggers.remove)``, which may be run again and again.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.append_only import refusals

# Tables of rows that are written once, and the column of words that may be emptied when a person is erased.
APPEND_ONLY = {"commissions_entry": "", "commissions_decision": "", "commissions_act": "note"}
FROZEN = [
    "influencer_id", "payee_id", "currency", "amount_minor", "netted_minor", "covers_until", "slot", "method", "created_at",
]  # fmt: skip
ACCOUNTS = ["pending", "held", "cleared", "in_payout", "paid", "owed"]
TAKEN_BACK = ("reversal", "clawback")
NAMES = {
    "commissions_entry": ["entry_is_append_only", "entry_moves_balance", "entry_opens_day"],
    "commissions_decision": ["decision_is_append_only"],
    "commissions_act": ["act_is_append_only"],
    "commissions_payout": ["payout_is_frozen", "payout_is_kept"],
}
# Only PostgreSQL empties a table past the triggers of its rows; tests and measurements, which do, say so first (EMPTYING).
NOT_EMPTIED = {
    "commissions_entry": "entry_is_append_only_truncate",
    "commissions_decision": "decision_is_append_only_truncate",
    "commissions_act": "act_is_append_only_truncate",
    "commissions_payout": "payout_is_kept_truncate",
}
EMPTYING = "ledger.may_be_emptied"

POSTGRESQL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION refuse_thaw() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'what a payout pays is frozen';
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION refuse_emptying() RETURNS trigger AS $$
BEGIN
    IF current_setting('{emptying}', true) IS DISTINCT FROM 'yes' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION move_balance() RETURNS trigger AS $$
BEGIN
    INSERT INTO commissions_balance (influencer_id, currency, {accounts}, reversed)
        SELECT DISTINCT influencer_id, currency, {zeros}, 0 FROM added ORDER BY influencer_id, currency
        ON CONFLICT DO NOTHING;
    PERFORM 1 FROM commissions_balance b WHERE EXISTS
        (SELECT 1 FROM added a WHERE a.influencer_id = b.influencer_id AND a.currency = b.currency)
        ORDER BY b.influencer_id, b.currency FOR NO KEY UPDATE;
    UPDATE commissions_balance b SET {changes}, reversed = b.reversed + s.reversed
        FROM (SELECT influencer_id, currency, {sums}, {taken} AS reversed FROM added GROUP BY influencer_id, currency) s
        WHERE b.influencer_id = s.influencer_id AND b.currency = s.currency;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION open_days() RETURNS trigger AS $$
BEGIN
    DELETE FROM commissions_closedday
        WHERE ends_at > (SELECT min(created_at) FROM added) AND starts_at <= (SELECT max(created_at) FROM added);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
"""


def _thaws(differs: str) -> str:
    """A payout is changed in what is frozen. Bank details may be emptied once it has ended, when a person is erased."""
    emptied = "NEW.destination = '' AND OLD.method = 'bank' AND OLD.state IN ('paid', 'failed')"
    changes = [f"OLD.{name} {differs} NEW.{name}" for name in FROZEN]
    return " OR ".join([*changes, f"(OLD.destination {differs} NEW.destination AND NOT ({emptied}))"])


def _postgresql() -> Iterator[str]:
    sums = ", ".join(
        f"COALESCE(SUM(amount_minor) FILTER (WHERE credit = '{name}'), 0) - "
        f"COALESCE(SUM(amount_minor) FILTER (WHERE debit = '{name}'), 0) AS {name}"
        for name in ACCOUNTS
    )
    yield POSTGRESQL.format(
        emptying=EMPTYING,
        accounts=", ".join(ACCOUNTS),
        zeros=", ".join("0" for _ in ACCOUNTS),
        changes=", ".join(f"{name} = b.{name} + s.{name}" for name in ACCOUNTS),
        sums=sums,
        taken=f"COALESCE(SUM(amount_minor) FILTER (WHERE kind IN {TAKEN_BACK}), 0)",
    )
    for table, name in NOT_EMPTIED.items():
        yield f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_emptying()"
    # Statement by statement: a million entries in one INSERT or COPY move each balance once.
    yield (
        "CREATE TRIGGER entry_moves_balance AFTER INSERT ON commissions_entry REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION move_balance()"
    )
    thaws = _thaws("IS DISTINCT FROM")
    yield (
        f"CREATE TRIGGER payout_is_frozen BEFORE UPDATE ON commissions_payout FOR EACH ROW WHEN ({thaws}) "
        "EXECUTE FUNCTION refuse_thaw()"
    )
    yield "CREATE TRIGGER payout_is_kept BEFORE DELETE ON commissions_payout FOR EACH ROW EXECUTE FUNCTION refuse_change()"


def _sqlite() -> Iterator[str]:
    changes = ", ".join(
        f"{name} = {name} + (CASE NEW.credit WHEN '{name}' THEN NEW.amount_minor ELSE 0 END)"
        f" - (CASE NEW.debit WHEN '{name}' THEN NEW.amount_minor ELSE 0 END)"
        for name in ACCOUNTS
    )
    yield (
        "CREATE TRIGGER entry_moves_balance AFTER INSERT ON commissions_entry BEGIN "  # noqa: S608  (names of our own)
        f"INSERT INTO commissions_balance (influencer_id, currency, {', '.join(ACCOUNTS)}, reversed) "
        f"VALUES (NEW.influencer_id, NEW.currency, {', '.join('0' for _ in ACCOUNTS)}, 0) ON CONFLICT DO NOTHING; "
        f"UPDATE commissions_balance SET {changes}, "
        f"reversed = reversed + (CASE WHEN NEW.kind IN {TAKEN_BACK} THEN NEW.amount_minor ELSE 0 END) "
        "WHERE influencer_id = NEW.influencer_id AND currency = NEW.currency; END"
    )
    thaws = _thaws("IS NOT")
    yield (
        f"CREATE TRIGGER payout_is_frozen BEFORE UPDATE ON commissions_payout WHEN {thaws} "
        "BEGIN SELECT RAISE(ABORT, 'what a payout pays is frozen'); END"
    )
    yield (
        "CREATE TRIGGER payout_is_kept BEFORE DELETE ON commissions_payout "
        "BEGIN SELECT RAISE(ABORT, 'commissions_payout is append-only'); END"
    )


def _opening(vendor: str) -> str:
    """Whoever books into a day that was closed opens it."""
    if vendor == "postgresql":
        return (
            "CREATE TRIGGER entry_opens_day AFTER INSERT ON commissions_entry REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION open_days()"
        )
    return (
        "CREATE TRIGGER entry_opens_day AFTER INSERT ON commissions_entry BEGIN "
        "DELETE FROM commissions_closedday WHERE ends_at > NEW.created_at AND starts_at <= NEW.created_at; END"
    )


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put every trigger in place, whichever of them stand already."""
    remove(apps, schema_editor)
    connection = schema_editor.connection
    for statement in _postgresql() if connection.vendor == "postgresql" else _sqlite():
        schema_editor.execute(statement, params=None)
    for table, words in APPEND_ONLY.items():
        for statement in refusals(schema_editor, table, NAMES[table][0], words=words):
            schema_editor.execute(statement, params=None)
    # The first of the migrations that come here do so before there are closed days.
    if "commissions_closedday" in connection.introspection.table_names():
        schema_editor.execute(_opening(connection.vendor), params=None)


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take every trigger away, those of the first migrations too."""
    if schema_editor.connection.vendor == "postgresql":
        for table, names in NAMES.items():
            for name in (*names, f"{table}_append_only"):
                for end in ("", "_update", "_delete", "_truncate"):
                    schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{end} ON {table}", params=None)
        return
    for table, names in NAMES.items():
        for name in (*names, f"{table}_no"):
            for end in ("", "_update", "_delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{end}", params=None)
