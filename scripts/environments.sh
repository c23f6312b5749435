# Read by scripts/run and scripts/test: uv, and the two environments from their lockfiles. Nothing is installed system-wide.
UV_VERSION=0.13.9
# a prebuilt Python cannot be fetched everywhere; who can, runs with UV_PYTHON_DOWNLOADS=automatic
export UV_PYTHON_DOWNLOADS="${UV_PYTHON_DOWNLOADS:-never}"
export UV_NO_PROGRESS=1
# once, some seconds; then each process starts in half the time, also where Python may not write its own bytecode
export UV_COMPILE_BYTECODE=1

fail() { echo "$1" >&2; exit 1; }

python_with_venv() {
  local candidate
  for candidate in python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# Sets UV: the one on PATH, else one of ours in .tools
find_uv() {
  UV=$(command -v uv || true)
  [ -n "$UV" ] && return
  UV=.tools/bin/uv
  "$UV" --version >/dev/null 2>&1 && return
  local python
  python=$(python_with_venv) || fail "Cần Python 3.11 trở lên có kèm venv (Debian, Ubuntu: apt install python3.11-venv), hoặc uv."
  "$python" -m venv --clear .tools/uv-venv || fail "Không tạo được môi trường ảo trong thư mục .tools."
  .tools/uv-venv/bin/python -m pip install -qq "uv==$UV_VERSION" \
    || fail "Không tải được uv $UV_VERSION từ kho gói Python. Hãy kiểm tra mạng rồi chạy lại."
  mkdir -p .tools/bin
  ln -sf ../uv-venv/bin/uv "$UV"
}

# What an environment was made of. Where that has not changed, uv need not look through every file of it again.
made_of() { echo "$UV_VERSION $(cat pyproject.toml uv.lock bot/pyproject.toml bot/uv.lock | sha256sum | cut -d' ' -f1)"; }

synced() { # whether both environments are whole and of today's lockfiles; a full one will do for who wants less
  local wanted mark
  wanted=$(made_of)
  mark=$(cat .venv/.synced 2>/dev/null) || return 1
  [ "$mark" = "$wanted" ] || [ "$mark" = "$wanted $*" ] || return 1
  [ "$(cat bot/.venv/.synced 2>/dev/null)" = "$wanted" ] && [ -x .venv/bin/langnghe ] && [ -x bot/.venv/bin/python ]
}

# Arguments go to the platform's `uv sync`
sync_environments() {
  synced "$@" && return
  rm -f .venv/.synced bot/.venv/.synced
  "$UV" python find --quiet 3.11 >/dev/null 2>&1 || [ "$UV_PYTHON_DOWNLOADS" = automatic ] \
    || fail "Bot cần Python 3.11 mà máy này chưa có. Hãy cài Python 3.11, hoặc để uv tự tải: UV_PYTHON_DOWNLOADS=automatic $0"
  "$UV" sync --frozen --quiet --python 3.11 "$@" || fail "Không cài được môi trường của nền tảng. Hãy kiểm tra mạng và ổ đĩa rồi chạy lại."
  "$UV" sync --frozen --quiet --project bot || fail "Không cài được môi trường của bot. Hãy kiểm tra mạng và ổ đĩa rồi chạy lại."
  # our own code too, for where Python may not write beside it
  .venv/bin/python -m compileall -q api admin actions
  bot/.venv/bin/python -m compileall -q -x '[.]venv' bot
  echo "$(made_of)${*:+ $*}" > .venv/.synced
  made_of > bot/.venv/.synced
}
