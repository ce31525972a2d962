"""Where the database and Asterisk are said to be, in every way it can be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_module.config import Config, Database, Manager, load
from hotdesk_module.errors import BadConfig

FREEPBX = """<?php
$amp_conf["AMPDBUSER"] = "freepbxuser";
$amp_conf['AMPDBPASS']   =   'it\\'s // "not" a # comment \\\\';
$amp_conf [ "AMPDBHOST" ] = "localhost"; $amp_conf["AMPDBNAME"] = "asterisk"; // trailing
$amp_conf["AMPDBENGINE"] = "mysql";
$amp_conf["datasource"] = ""; // for the sake of old code
$note = "$amp_conf['AMPDBUSER'] = 'quoted';";
/* $amp_conf["AMPDBUSER"] = "commented"; */
// $amp_conf["AMPDBNAME"] = "commented";
# $amp_conf["AMPDBHOST"] = "commented";
require_once('/var/www/html/admin/bootstrap.php');
?>
"""
AMPORTAL = """# FreePBX
AMPDBUSER=older
 AMPDBPASS = "se=cret"
AMPDBHOST=db.example
#AMPDBNAME=commented
nonsense
"""


def config_of(tmp_path: Path, php: str | None, older: str | None = None, **environ: str) -> Config:
    """Return what is read from these files."""
    paths = (tmp_path / "freepbx.conf", tmp_path / "amportal.conf")
    for path, text in zip(paths, (php, older)):
        if text is not None:
            path.write_text(text, encoding="utf-8")
    return load(environ, [str(path) for path in paths])


def php(**values: str) -> str:
    """Return a freepbx.conf with these values and the ones that must be there."""
    lines = {"AMPDBUSER": '"u"', "AMPDBPASS": '"p"', **values}
    return "<?php\n" + "".join(f'$amp_conf["{k}"] = {v};\n' for k, v in lines.items() if v)


def test_freepbxs_file_is_read_as_php_reads_it(tmp_path: Path) -> None:
    assert config_of(tmp_path, FREEPBX) == Config(
        Database("mysql", "localhost", 0, "", "asterisk", "freepbxuser", 'it\'s // "not" a # comment \\')
    )


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"a\\"b"', 'a"b'),
        ('"a\\\\b\\$c\\n"', "a\\b$c\n"),
        ('"a\\\'b"', "a\\'b"),
        ("'a\\nb'", "a\\nb"),
        ("'a\"b'", 'a"b'),
        ('""', ""),
        ('"päß"', "päß"),
        ('"a;b"', "a;b"),
        ("12345", "12345"),
    ],
)
def test_a_password_is_unescaped_as_php_does(tmp_path: Path, literal: str, value: str) -> None:
    assert config_of(tmp_path, php(AMPDBPASS=literal)).database.password == value


def test_all_of_freepbxs_keys_are_used(tmp_path: Path) -> None:
    text = php(AMPDBHOST="'db'", AMPDBPORT="'3307'", AMPDBSOCK="'/s'", AMPDBNAME="'n'", AMPDBENGINE="'MariaDB'")
    assert config_of(tmp_path, text).database == Database("mysql", "db", 3307, "/s", "n", "u", "p")


def test_the_last_assignment_wins(tmp_path: Path) -> None:
    assert config_of(tmp_path, php() + '$amp_conf["AMPDBUSER"] = "last";').database.user == "last"


def test_the_older_file_is_read_where_freepbxs_has_no_account(tmp_path: Path) -> None:
    expected = Database("mysql", "db.example", 0, "", "asterisk", "older", "se=cret")
    assert config_of(tmp_path, None, AMPORTAL).database == expected
    assert config_of(tmp_path, "<?php require('x');", AMPORTAL).database == expected
    assert config_of(tmp_path, FREEPBX, AMPORTAL).database.user == "freepbxuser"


def test_freepbxs_file_may_be_elsewhere(tmp_path: Path) -> None:
    other = tmp_path / "other.conf"
    other.write_text(php(AMPDBUSER='"other"'))
    assert config_of(tmp_path, FREEPBX, FREEPBX_CONF=str(other)).database.user == "other"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, r"freepbx\.conf.*HOTDESK_DATABASE"),
        ("<?php", r"freepbx\.conf: AMPDBUSER is missing. Add"),
        (php(AMPDBUSER=""), r"freepbx\.conf: AMPDBUSER is missing"),
        (php(AMPDBPASS=""), r"freepbx\.conf: AMPDBPASS is missing"),
        (php(AMPDBENGINE='"pgsql"'), r"freepbx\.conf: AMPDBENGINE is 'pgsql'"),
        (php(AMPDBPORT='"33o6"'), r"freepbx\.conf: AMPDBPORT: '33o6'"),
        (php(AMPDBPORT='"0"'), r"AMPDBPORT"),
        (php(AMPDBPORT='"65536"'), r"AMPDBPORT"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file_and_key(tmp_path: Path, text: str | None, complaint: str) -> None:
    with pytest.raises(BadConfig, match=complaint):
        config_of(tmp_path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "freepbx.conf").mkdir()
    with pytest.raises(BadConfig, match=r"freepbx\.conf cannot be read \(.+\)\. Run this as root"):
        config_of(tmp_path, None)


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("sqlite:////var/a%20b.db", Database("sqlite", path="/var/a b.db")),
        ("mysql://u:p%40%3A%2F@db:3307/name", Database("mysql", "db", 3307, "", "name", "u", "p@:/")),
        ("mysql://u@db/name", Database("mysql", "db", 0, "", "name", "u", "")),
        ("mysql:///name", Database("mysql", "localhost", 0, "", "name")),
        ("mysql://u:p@/na%20me?socket=/run/s%3F", Database("mysql", "localhost", 0, "/run/s?", "na me", "u", "p")),
        ("mysql://u:p@[::1]:3307/name", Database("mysql", "::1", 3307, "", "name", "u", "p")),
    ],
)
def test_an_address_of_a_database_comes_before_all_files(tmp_path: Path, url: str, database: Database) -> None:
    assert config_of(tmp_path, FREEPBX, HOTDESK_DATABASE=url).database == database


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:hush@db/name",
        "mysql://u:hush@db",
        "mysql://u:hush@db/",
        "mysql://u:hu@sh@db/name",
        "mysql://u:hu:sh@db:hush/name",
        "mysql://u:hush@db:99999/name",
        "hush",
        "sqlite:///relative-hush.db"[:18],
    ],
)
def test_what_is_no_address_of_a_database_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadConfig, match="HOTDESK_DATABASE") as caught:
        config_of(tmp_path, FREEPBX, HOTDESK_DATABASE=url)
    assert "hush" not in str(caught.value)


def test_an_address_of_the_manager_joins_any_database(tmp_path: Path) -> None:
    environ = {"HOTDESK_AMI": "ami://admin:p%3A%40@pbx:5039"}
    assert config_of(tmp_path, FREEPBX, **environ).manager == Manager("pbx", 5039, "admin", "p:@")
    assert config_of(tmp_path, None, HOTDESK_DATABASE="sqlite:////x", HOTDESK_AMI="ami://a:b@").manager == Manager(
        "localhost", 5038, "a", "b"
    )
    assert config_of(tmp_path, FREEPBX).manager is None


@pytest.mark.parametrize("url", ["ami://:hush@h", "http://u:hush@h", "ami://u:hush@h/x", "ami://u:hush@h:0"])
def test_what_is_no_address_of_the_manager_is_refused_without_its_secret(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadConfig, match="HOTDESK_AMI") as caught:
        config_of(tmp_path, FREEPBX, HOTDESK_AMI=url)
    assert "hush" not in str(caught.value)


def test_nothing_that_is_printed_shows_a_password(tmp_path: Path) -> None:
    config = config_of(tmp_path, php(AMPDBPASS='"hush"'), HOTDESK_AMI="ami://u:hush@h")
    assert config.database.password == "hush"
    for shown in (repr(config), str(config), f"{config}", str(config.database), str(config.manager), f"{config[1]!r}"):
        assert "hush" not in shown
        assert "asterisk" in shown or "h:5038" in shown
