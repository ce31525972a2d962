"""Every PHP file: right for the PHP at hand, and nothing in it that PHP 7.4 does not have."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from hotdesk_module.demo.run import ROOT
from tests.bridge.world import HARNESS

# Ours alone: not what a virtual environment or a package brings along.
PLACES = (ROOT, ROOT / "bridge", ROOT / "Console", HARNESS)
FILES = sorted(path for place in PLACES for path in place.glob("*.php"))
NEWER = str(HARNESS / "newer.php")


def _run(php: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*shlex.split(php), *words], capture_output=True, text=True, check=False)


def _skip_where_php_is_old(php: str) -> None:
    if _run(php, "-r", "exit(PHP_VERSION_ID < 80200 ? 1 : 0);").returncode:
        pytest.skip("it looks at the tokens of PHP 8; PHP 7.4 itself says what it does not know")


def test_there_are_files() -> None:
    assert {"Hotdesk.class.php", "Page.php", "World.php"} <= {path.name for path in FILES}


def test_every_file_is_right(php: str) -> None:
    for path in FILES:
        done = _run(php, "-l", str(path))
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_newer_than_php_7_4(php: str) -> None:
    _skip_where_php_is_old(php)
    done = _run(php, NEWER, *map(str, FILES))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("$a = match($b) { 1 => 2 };", "match"),
        ("enum A { case B; }", "enum"),
        ("$a?->b();", "?->"),
        ("#[A] class B {}", "an attribute"),
        ("class A { public readonly int $a; }", "readonly"),
        ("class A { function __construct(private int $a) {} }", "a promoted parameter"),
        ("f(a: 1);", "a named argument"),
        ("f($x, b: 1);", "a named argument"),
        ("function f(int|string $a) {}", "a union of types"),
        ("function f(): int|string {}", "a union of types"),
        ("class A { private ?int $b; private static int|A $c; }", "a union of types"),
        ("function f(A&B $a) {}", "an intersection of types"),
        ("function f(mixed $a) {}", "the type mixed"),
        ("fn(): never => 1;", "the type never"),
        ("class A { public function b(): static {} }", "the type static"),
        ("function f(int $a, ) {}", "a comma after the last parameter"),
        ("function f($a = new A) {}", "new as a default"),
        ("$a = $b ?? throw new E();", "throw in an expression"),
        ("try { f(); } catch (E) { g(); }", "catch without a variable"),
        ("echo $a::class;", "$object::class"),
        ("$f = strlen(...);", "a first-class callable"),
        ("$a = 0o17;", "0o17"),
        ("class A { const int B = 1; }", "a constant with a type"),
        ("class A { final const B = 1; }", "a final constant"),
        ("str_contains('a', 'b');", "str_contains"),
        ("\\array_is_list([]);", "\\array_is_list"),
        ("$a instanceof Stringable;", "Stringable"),
    ],
)
def test_what_is_newer_is_found(php: str, tmp_path: Path, code: str, found: str) -> None:
    _skip_where_php_is_old(php)
    path = tmp_path / "a.php"
    path.write_text(f"<?php\n{code}\n")
    assert _run(php, NEWER, str(path)).stdout == f"{path}: {found}\n"


OLD = """
class A { private ?int $a = null; private static array $b = []; const C = ['d' => 1]; var $e; public static $f; }
function f(?A $a, int ...$rest): ?array { return [...$rest, fn(&$x) => $x | 1 & 2]; }
function g(&$a, array $b = [1, 2], callable $c = null): void { throw new E(f($a, ...$b)); }
$x ??= $y ? $z : 1_000; $s = $t ? (A) : B; switch ($x) { case (C): break; default: throw new E(); }
try { f(); } catch (E | F $e) { if ($e) throw $e; else throw $e; } $o->str_contains(1); A::array_find();
$f = static function (int $a) use ($x): int { return A::class; };
abstract class G { abstract public function h(): self; private function str_ends_with() {} final function i() {} }
"""


def test_what_is_old_is_let_be(php: str, tmp_path: Path) -> None:
    _skip_where_php_is_old(php)
    path = tmp_path / "a.php"
    path.write_text(f"<?php\n{OLD}\n")
    assert _run(php, NEWER, str(path)).stdout == ""
