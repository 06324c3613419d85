# The calls on stdin are shell code: SIGNET_URL='…' …; run signed_url 'cat.jpg' 1893456000 resize,w_400
. ./signet.sh

run() {
  if made=$("$@" 2>refusal); then
    printf '{"ok":"%s"}\n' "$made"
  else
    printf '{"refused":"%s"}\n' "$(cat refusal)"
  fi
}

eval "$(cat)"
