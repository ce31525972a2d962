"""``module.xml``: FreePBX can read it, and the ledger uses the tables it declares."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import hotdesk_module
from hotdesk_module.adapters import ledger, schema
from hotdesk_module.adapters.schema import Column, Key, statements, tables
from hotdesk_module.adapters.sql import MYSQL, SQLITE
from hotdesk_module.core.model import Phone

ROOT = ElementTree.parse(schema.MODULE_XML).getroot()
# The types FreePBX's migration knows and this module uses, and the attributes of its fields.
TYPES = {"string", "integer", "bigint", "boolean", "text"}
ATTRIBUTES = {"name", "type", "length", "default", "notnull", "primarykey", "autoincrement"}


def test_it_names_the_module_as_freepbx_wants_it() -> None:
    assert ROOT.findtext("rawname") == "hotdesk"
    assert ROOT.findtext("name") == ROOT.findtext("menuitems/hotdesk") == "Hot Desking"
    assert ROOT.findtext("category") == "Admin"
    assert [v.text for v in ROOT.findall("supported/version")] == ["16.0", "17.0"]


def test_it_names_one_component_of_php_for_freepbx_16_dies_of_two() -> None:
    # Two of them are an array where FreePBX's start wants a text, and nothing of FreePBX starts any more (V).
    assert [c.text for c in ROOT.findall("depends/phpcomponent")] == ["curl"]


def test_its_version_is_the_packages() -> None:
    assert ROOT.findtext("version") == hotdesk_module.__version__


def test_every_hook_is_a_method_of_the_bridge() -> None:
    source = (Path(schema.MODULE_XML).parent / "Hotdesk.class.php").read_text(encoding="utf-8")
    methods = set(re.findall(r"public (?:static )?function (\w+)", source))
    hooks = list(ROOT.iterfind("hooks/*/method"))
    assert {hook.text for hook in hooks} <= methods
    # Those without which a phone stays as FreePBX left it (F§5).
    calls = {hook.attrib["callingMethod"] for hook in hooks}
    assert calls >= {"postReload", "postAsteriskHooks", "preAsteriskHooks", "addUser", "delUser", "delDevice"}
    assert {(hook.attrib["class"], hook.attrib["namespace"]) for hook in hooks} == {("Hotdesk", "FreePBX\\modules")}


def test_its_console_command_has_its_file() -> None:
    name = ROOT.findtext("console/command/name") or ""
    assert (Path(schema.MODULE_XML).parent / "Console" / f"{name.capitalize()}.class.php").is_file()


def test_its_tables_are_ours_by_name_and_have_a_key() -> None:
    names = [table.name for table in tables()]
    ours = ("phones", "sessions", "events", "lockouts", "pins", "weak_pins", "queues", "settings", "webhook")
    assert names == [f"hotdesk_{name}" for name in ours]
    assert all(any(c.primary for c in table.columns) for table in tables())


def test_its_fields_are_what_freepbxs_migration_knows() -> None:
    for field in ROOT.iter("field"):
        assert set(field.attrib) <= ATTRIBUTES
        assert field.attrib["type"] in TYPES
        assert ("length" in field.attrib) == (field.attrib["type"] == "string"), field.attrib["name"]
        # FreePBX hands the words on to its schema library, where only these two are understood.
        assert all(field.attrib.get(a, "true") in ("true", "false") for a in ("notnull", "primarykey", "autoincrement"))
        # MySQL knows no default of a text.
        assert field.attrib["type"] != "text" or "default" not in field.attrib


def test_its_keys_are_of_columns_that_exist() -> None:
    for table in tables():
        columns = {column.name for column in table.columns}
        for key in table.keys:
            assert key.columns and set(key.columns) <= columns


@pytest.mark.parametrize(
    ("table", "columns"),
    [("hotdesk_phones", ("mac",)), ("hotdesk_sessions", ("user", "slot"))],
)
def test_the_rules_that_no_code_may_break_are_unique_keys(table: str, columns: tuple[str, ...]) -> None:
    (found,) = [t for t in tables() if t.name == table]
    assert columns in [key.columns for key in found.keys if key.unique]


def test_the_session_belongs_to_the_phone() -> None:
    (sessions,) = [t for t in tables() if t.name == "hotdesk_sessions"]
    assert [c.name for c in sessions.columns if c.primary] == ["phone"]


def test_defaults_are_those_of_the_model() -> None:
    (phones,) = [t for t in tables() if t.name == "hotdesk_phones"]
    defaults = {c.name: c.default for c in phones.columns if c.default is not None}
    model = Phone("")
    assert defaults == {name: str(int(v) if isinstance(v := getattr(model, name), bool) else v) for name in defaults}


def _statements() -> list[str]:
    """Return every statement of the ledger, whatever is put into it replaced by a placeholder."""
    source = ast.parse(Path(ledger.__file__).read_text(encoding="utf-8"))
    constants = {k: v for k, v in vars(ledger).items() if isinstance(v, str)}
    found = []
    for node in ast.walk(source):
        if isinstance(node, ast.JoinedStr):
            parts = []
            for part in node.values:
                if isinstance(part, ast.Constant):
                    parts.append(str(part.value))
                elif isinstance(part, ast.FormattedValue):
                    parts.append(constants.get(part.value.id, "%s") if isinstance(part.value, ast.Name) else "%s")
            found.append("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return [text for text in found if re.match(r"(SELECT|INSERT|DELETE|UPDATE|REPLACE) ", text)]


def test_the_ledger_uses_only_tables_and_columns_that_are_declared() -> None:
    declared = {table.name: {column.name for column in table.columns} for table in tables()}
    used = set()
    for text in _statements():
        (table,) = re.findall(r"(?:FROM|INTO|UPDATE) (\w+)", text)
        words = set(re.findall(r"\b[a-z_]+\b", text.replace("%s", ""))) - {table}
        assert words <= declared[table], text
        used |= {(table, word) for word in words}
    assert used == {(table, column) for table, columns in declared.items() for column in columns}


def test_tables_are_written_for_each_database_in_its_own_words() -> None:
    table = schema.Table(
        "t",
        (Column("id", "bigint", primary=True, counts=True), Column("a", "string", 5, True), Column("b", "text")),
        (Key("a", True, ("a",)), Key("b", False, ("b", "a"))),
    )
    (mysql,) = statements(table, MYSQL)
    assert "id BIGINT NOT NULL AUTO_INCREMENT, a VARCHAR(5) NULL, b LONGTEXT NOT NULL, PRIMARY KEY (id)" in mysql
    assert "UNIQUE KEY a (a), KEY b (b, a)" in mysql and "utf8mb4" in mysql
    assert statements(table, SQLITE) == (
        "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(5) NULL, b TEXT NOT NULL)",
        "CREATE UNIQUE INDEX IF NOT EXISTS t_a ON t (a)",
        "CREATE INDEX IF NOT EXISTS t_b ON t (b, a)",
    )


def test_no_dependency_is_named_twice() -> None:
    """FreePBX 17 takes phpcomponent for one text, and no page of it opens where a module has two (bootstrap.php)."""
    depends = ElementTree.parse(schema.MODULE_XML).find("depends")
    assert depends is not None
    single = [child.tag for child in depends if child.tag != "module"]
    assert len(single) == len(set(single))
