"""docker-compose.yml and the Dockerfiles name only what exists. No engine runs here; docker itself is asked where it can be."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.core.settings import ROOT, Settings

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LASTING = {"postgres", "bot", "api", "worker", "admin"}
DOCKERFILES = ("api/Dockerfile", "bot/Dockerfile")


def test_the_five_services_and_the_migration() -> None:
    assert set(SERVICES) == LASTING | {"migrate"}


@pytest.mark.parametrize("name", sorted(LASTING))
def test_each_service_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nobody_is_root_and_nobody_can_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in {"root", "0"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_bot_and_database_are_not_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("bot", "postgres"):
        assert "ports" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["inside"]
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_refers_to_is_there(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
    if "build" in service:
        assert (ROOT / service["build"]["dockerfile"]).is_file()
    for condition in service.get("depends_on", {}).items():
        target, wanted = condition[0], condition[1]["condition"]
        assert (wanted == "service_healthy") == ("healthcheck" in SERVICES[target])


def commands() -> list[list[str]]:
    run = [service["command"] for service in SERVICES.values() if "command" in service]
    probes = [service["healthcheck"]["test"][1:] for service in SERVICES.values() if "healthcheck" in service]
    inside = [re.findall(r'"([^"]+)"', line) for path in DOCKERFILES for line in lines(path, "CMD")]
    return run + probes + inside


def lines(dockerfile: str, instruction: str) -> list[str]:
    text = (ROOT / dockerfile).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith(f"{instruction} ")]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_exists(command: list[str]) -> None:
    program, *arguments = command
    if program == "langnghe":
        scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
        assert program in scripts
    elif arguments[:1] == ["-m"]:
        module_exists(arguments[1])
        for factory in (a for a in arguments[2:] if re.fullmatch(r"[\w.]+:\w+", a)):
            module, function = factory.split(":")
            assert f"def {function}(" in module_exists(module).read_text(encoding="utf-8")
    else:
        assert program in {"pg_isready", "python"}


def module_exists(name: str) -> Path:
    path = ROOT / Path(*name.split("."))
    found = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__main__.py"
    assert found.is_file(), name
    return found


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_variable_is_a_setting_and_every_address_a_service(name: str) -> None:
    known = {f"LANGNGHE_{field.upper()}" for field in Settings.model_fields}
    if name == "bot":
        known = set(re.findall(r"LANGNGHE_[A-Z_]+", (ROOT / "bot" / "serve.py").read_text(encoding="utf-8")))
    environment = SERVICES[name].get("environment", {})
    assert {key for key in environment if key.startswith("LANGNGHE_")} <= known
    hosts = re.findall(r"(?:http://|@)([a-z]+):(\d+)", " ".join(environment.values()))
    assert {host for host, _ in hosts} <= set(SERVICES)
    ports = {"postgres": "5432", "bot": SERVICES["bot"]["environment"]["LANGNGHE_BOT_PORT"], "api": "8000"}
    assert all(ports[host] == port for host, port in hosts)


def test_published_ports_are_the_ones_listened_on() -> None:
    for name in ("api", "admin"):
        inner = SERVICES[name]["ports"][0].rsplit(":", 1)[1]
        assert SERVICES[name]["environment"]["LANGNGHE_PORT"] == inner
        assert SERVICES[name]["environment"]["LANGNGHE_HOST"] == "0.0.0.0"
        assert f":{inner}/health" in " ".join(SERVICES[name]["healthcheck"]["test"])


@pytest.mark.parametrize("path", DOCKERFILES)
def test_every_copied_path_exists(path: str) -> None:
    for line in lines(path, "COPY"):
        *sources, _ = [word for word in line.split() if not word.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists(), source


@pytest.mark.parametrize("path", DOCKERFILES)
def test_images_use_our_uv_and_end_as_somebody_else(path: str) -> None:
    version = re.search(r"UV_VERSION=([\d.]+)", (ROOT / "scripts" / "environments.sh").read_text(encoding="utf-8"))
    assert version
    assert any(f"uv=={version[1]}" in line for line in lines(path, "RUN"))
    assert lines(path, "USER") == ["langnghe"]


@pytest.mark.parametrize("path", DOCKERFILES)
def test_every_module_run_while_building_exists(path: str) -> None:
    for line in lines(path, "RUN"):
        for module in re.findall(r"python -m ([\w.]+)", line):
            if module not in sys.stdlib_module_names:
                module_exists(module)


def test_the_variables_asked_for_are_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert asked == example


def test_docker_itself_agrees_where_it_can_be_asked() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        return  # the checks above are what can be done here
    secrets = {"POSTGRES_PASSWORD": "x", "LANGNGHE_SECRET_KEY": "x"}
    done = subprocess.run(
        [docker, "compose", "config", "--quiet"],
        cwd=ROOT,
        env={**os.environ, **secrets},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
