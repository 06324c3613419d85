# Signs image URLs for Signet. It runs in any POSIX shell with openssl, od and awk. Source this file:
#
#   . ./signet.sh
#   url=$(signed_url cat.jpg $(($(date +%s) + 3600)) resize,w_640 format,f_auto)
#
# Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what `signet keys show TENANT --env` prints.
# Pass a path as the plain name of a source, in UTF-8; do not encode it. An invalid argument or setting prints a
# message on stderr and returns 1. Operation names and the policy are checked by the service, not here:
# `signet explain URL` shows its decision.

# signed_url PATH EXP [OPERATION...]
# Prints a signed URL. PATH is the plain name of a source, without the tenant. EXP is in Unix seconds; '' means
# never.
signed_url() (
  path=$1 exp=$2 target=$1
  shift 2
  [ $# -le 16 ] || signet_refuse 'more than 16 operations'
  for operation; do
    signet_is "$operation" '^(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)$' ||
      signet_refuse 'an operation must be written as name,parameter_value'
    target=${target}__op__$operation
  done
  signet_url "$path" "$target" "$exp" ''
)

# signed_query_url PATH EXP x-oss-process|x-bce-process RECIPE
# Prints a signed URL with a recipe in the query, such as image/resize,w_400.
signed_query_url() (
  case $3 in x-oss-process | x-bce-process) ;; *) signet_refuse 'the query parameter must be x-oss-process or x-bce-process' ;; esac
  signet_is "$4" '^(image|style)/[A-Za-z0-9,_./=-]+$' ||
    signet_refuse 'the recipe must be written as image/name,parameter_value'
  signet_url "$1" "$1" "$2" "$3=$4"
)

# grant EXP SCOPE...
# Prints a grant: one signature for many URLs, sent as ?grant=TOKEN. SCOPE is the path of a source, 'a/b/*' for
# everything below a/b/, or '*' for everything. The variables NBF (not before, in Unix seconds) and PRESETS (names
# separated by spaces) limit the grant if they are set: PRESETS='thumb hero' grant ...
grant() (
  signet_check_settings
  exp=$1 claims='' list='' presets=${PRESETS-}
  shift
  signet_check_exp "$exp"
  [ -z "${NBF-}" ] || signet_check_seconds nbf "$NBF"
  [ $# -ge 1 ] && [ $# -le 16 ] || signet_refuse 'a grant needs 1 to 16 scopes'
  for scope; do
    case $scope in '*' | */'*') signet_check_path "${scope%?}x" ;; *) signet_check_path "$scope" ;; esac
    # A valid scope has no control characters or backslashes, so only the quotation mark needs an escape in JSON.
    claims=$claims,\"$(printf %s "$scope" | sed 's/"/\\"/g')\"
  done
  claims=${claims#,}
  [ $# -eq 1 ] || claims=[$claims]
  claims="{\"iss\":\"$SIGNET_TENANT\",\"scope\":$claims,\"exp\":$exp${NBF:+,\"nbf\":$NBF}"
  set -f
  IFS=' '
  for preset in $presets; do
    signet_is "$preset" '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' ||
      signet_refuse 'a preset name has 1 to 64 letters, digits, dots, hyphens or underscores'
    list=$list,\"$preset\"
  done
  unset IFS
  [ -z "${PRESETS+set}" ] || [ -n "$list" ] || signet_refuse 'PRESETS is empty; name at least one or unset it'
  header="{\"alg\":\"HS256\",\"typ\":\"signet-grant+jwt\",\"kid\":\"$SIGNET_KID\"}"
  text=$(printf %s "$header" | signet_base64url).$(
    printf %s "$claims${list:+,\"presets\":[${list#,}]}}" | signet_base64url
  )
  [ ${#text} -le $((2048 - 44)) ] || signet_refuse 'the grant has more than 2,048 characters; name fewer scopes'
  printf '%s.%s\n' "$text" "$(signet_sign "$text")"
)

# signet_url PATH TARGET EXP QUERY
signet_url() {
  signet_check_settings
  signet_check_path "$1"
  [ -z "$3" ] || signet_check_exp "$3"
  # The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
  target=/$SIGNET_TENANT/$2
  message=$(printf '%s\n%s\n%s\n%s' signet.v1 "$SIGNET_KID" "${3:-0}" "$target${4:+
$4}")
  encoded=$(printf %s "$target" | od -An -v -tx1 | LC_ALL=C awk '
    BEGIN {
      for (n = 1; n < 256; n++) {
        letter = sprintf("%c", n)
        text[sprintf("%02x", n)] = letter ~ /[A-Za-z0-9._~\/,-]/ ? letter : sprintf("%%%02X", n)
      }
    }
    { for (i = 1; i <= NF; i++) printf "%s", text[$i] }')
  printf '%s%s?%s%skid=%s&sig=%s\n' "${SIGNET_URL%/}" "$encoded" "${4:+$4&}" "${3:+exp=$3&}" \
    "$SIGNET_KID" "$(signet_sign "$message")"
}

# Computes HMAC-SHA256 from two hashes (RFC 2104), because a key on the command line of openssl would be visible to
# every user of the machine. The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it.
signet_sign() {
  { signet_pad 92; { signet_pad 54; printf %s "$1"; } | openssl dgst -sha256 -binary; } |
    openssl dgst -sha256 -binary | signet_base64url
}

signet_pad() {
  for byte in $(printf %s "$SIGNET_KEY" | od -An -v -tu1) 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0; do
    byte=$((byte ^ $1))
    printf "\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
  done
}

signet_base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Checks the bytes of a path. In UTF-8, the C1 controls are C2 80 to C2 9F.
signet_check_path() {
  bytes=" $(printf %s "$1" | od -An -v -tx1 | tr -s ' \n' ' ') "
  [ $((${#bytes} / 3)) -le 701 ] || signet_refuse 'the path is longer than 700 bytes'
  case $bytes in *' 0'?' '* | *' 1'?' '* | *' 7f '* | *' 5c '* | *' c2 8'?' '* | *' c2 9'?' '*)
    signet_refuse 'the path has a control character or a backslash' ;;
  esac
  case /$1/ in *//* | */./* | */../*) signet_refuse 'the path has a leading slash, an empty segment, . or ..' ;; esac
  case $1 in *__op__* | *__op | *__op_) signet_refuse 'the path contains __op__ or ends in __op' ;; esac
  case $1/ in _watermarks/*) signet_refuse 'the path begins with _watermarks, which is reserved' ;; esac
}

signet_check_exp() {
  signet_check_seconds exp "$1"
  [ "$1" -ge "$(date +%s)" ] || signet_refuse 'exp is in the past'
}

signet_check_seconds() {
  signet_is "$2" '^[1-9][0-9]{9}$' || signet_refuse "$1 must be a Unix time in seconds, not milliseconds"
}

signet_check_settings() {
  signet_is "${SIGNET_URL-}" '^https?://[^[:space:]/?#]+/?$' ||
    signet_refuse 'SIGNET_URL must be a URL without a path, such as https://img.example.com'
  signet_is "${SIGNET_TENANT-}" '^[a-z0-9]+(-[a-z0-9]+)*$' && [ ${#SIGNET_TENANT} -le 63 ] ||
    signet_refuse 'SIGNET_TENANT must be a tenant name, such as acme'
  signet_is "${SIGNET_KID-}" '^[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})$' ||
    signet_refuse 'SIGNET_KID must be root.generation, such as r1.1, without a line break'
  signet_is "${SIGNET_KEY-}" '^sgn_[A-Za-z0-9_-]{43}$' ||
    signet_refuse 'SIGNET_KEY must be a signing key: sgn_ and 43 characters, without a line break'
}

# signet_is TEXT PATTERN
# Succeeds if the whole text is one line that matches the pattern, compared as bytes.
signet_is() {
  case $1 in *'
'*) return 1 ;; esac
  printf '%s\n' "$1" | LC_ALL=C grep -Eq "$2"
}

signet_refuse() {
  printf '%s\n' "$1" >&2
  exit 1
}
