// Package signet signs image URLs for Signet. Copy this file into a folder signet/; it needs only the standard
// library.
//
//	url, err := signet.SignedURL("cat.jpg", []string{"resize,w_640", "format,f_auto"}, time.Now().Unix()+3600)
//
// Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what `signet keys show TENANT --env` prints.
// Pass a path as the plain name of a source; do not encode it. An invalid argument or setting is an error.
// Operation names and the policy are checked by the service, not here: `signet explain URL` shows its decision.
package signet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Never is the exp of a URL that never expires, if the policy allows it.
const Never int64 = -1

var (
	operationForm = regexp.MustCompile(`^(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)$`)
	recipeForm    = regexp.MustCompile(`^(image|style)/[A-Za-z0-9,_./=-]+$`)
	presetForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	urlForm       = regexp.MustCompile(`^https?://[^\s/?#]+/?$`)
	tenantForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	kidForm       = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})$`)
	keyForm       = regexp.MustCompile(`^sgn_[A-Za-z0-9_-]{43}$`)
	forbidden     = regexp.MustCompile(`[\x00-\x1f\x7f-\x{9f}\\]`)
	badSegment    = regexp.MustCompile(`(^|/)\.{0,2}(/|$)`)
	separator     = regexp.MustCompile(`__op__|__op_?$`)
)

// SignedURL returns a signed URL. path is the plain name of a source, without the tenant. exp is in Unix seconds,
// or Never.
func SignedURL(path string, operations []string, exp int64) (string, error) {
	if len(operations) > 16 {
		return "", errors.New("more than 16 operations")
	}
	if !all(operations, operationForm) {
		return "", errors.New("an operation must be written as name,parameter_value")
	}
	return signedURL(path, strings.Join(append([]string{""}, operations...), "__op__"), exp)
}

// SignedQueryURL returns a signed URL with a recipe in the query. name is x-oss-process or x-bce-process; value is
// a recipe such as image/resize,w_400.
func SignedQueryURL(path, name, value string, exp int64) (string, error) {
	if name != "x-oss-process" && name != "x-bce-process" {
		return "", errors.New("the query parameter must be x-oss-process or x-bce-process")
	}
	if !recipeForm.MatchString(value) {
		return "", errors.New("the recipe must be written as image/name,parameter_value")
	}
	return signedURL(path, "", exp, name+"="+value)
}

// Grant returns a grant: one signature for many URLs, sent as ?grant=TOKEN. A scope is the path of a source, a/b/* for
// everything below a/b/, or * for everything. presets limits the grant to some presets, unless it is nil. exp and
// nbf (not before) are in Unix seconds; an nbf of 0 is left out.
func Grant(scopes []string, exp int64, presets []string, nbf int64) (string, error) {
	own, err := settings()
	for _, one := range scopes {
		if one == "*" || strings.HasSuffix(one, "/*") {
			one = strings.TrimSuffix(one, "*") + "x"
		}
		if err == nil {
			err = checkPath(one)
		}
	}
	switch {
	case err != nil:
		return "", err
	case len(scopes) < 1 || len(scopes) > 16:
		return "", errors.New("a grant needs 1 to 16 scopes")
	case presets != nil && len(presets) == 0:
		return "", errors.New("presets is empty; name at least one or leave it out")
	case !all(presets, presetForm):
		return "", errors.New("a preset name has 1 to 64 letters, digits, dots, hyphens or underscores")
	case nbf != 0 && !isTime(nbf):
		return "", errors.New("nbf must be a Unix time in seconds, not milliseconds")
	}
	if err := checkExpiry(exp); err != nil {
		return "", err
	}
	scope := list(scopes)
	if len(scopes) == 1 {
		scope = quote(scopes[0])
	}
	claims := fmt.Sprintf(`{"iss":"%s","scope":%s,"exp":%d`, own.tenant, scope, exp)
	if nbf != 0 {
		claims += fmt.Sprintf(`,"nbf":%d`, nbf)
	}
	if presets != nil {
		claims += `,"presets":` + list(presets)
	}
	header := fmt.Sprintf(`{"alg":"HS256","typ":"signet-grant+jwt","kid":"%s"}`, own.kid)
	text := base64url([]byte(header)) + "." + base64url([]byte(claims+"}"))
	if len(text) > 2048-44 {
		return "", errors.New("the grant has more than 2,048 characters; name fewer scopes")
	}
	return text + "." + sign(own.key, text), nil
}

func signedURL(path, suffix string, exp int64, query ...string) (string, error) {
	own, err := settings()
	if err == nil {
		err = checkPath(path)
	}
	if err == nil && exp != Never {
		err = checkExpiry(exp)
	}
	if err != nil {
		return "", err
	}
	// The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
	target := "/" + own.tenant + "/" + path + suffix
	until, sent := "0", append([]string{}, query...)
	if exp != Never {
		until = strconv.FormatInt(exp, 10)
		sent = append(sent, "exp="+until)
	}
	message := strings.Join(append([]string{"signet.v1", own.kid, until, target}, query...), "\n")
	sent = append(sent, "kid="+own.kid, "sig="+sign(own.key, message))
	return strings.TrimSuffix(own.url, "/") + encode(target) + "?" + strings.Join(sent, "&"), nil
}

func checkPath(path string) error {
	switch {
	case !utf8.ValidString(path):
		return errors.New("the path is not UTF-8")
	case len(path) > 700:
		return errors.New("the path is longer than 700 bytes")
	case forbidden.MatchString(path):
		return errors.New("the path has a control character or a backslash")
	case badSegment.MatchString(path):
		return errors.New("the path has a leading slash, an empty segment, . or ..")
	case separator.MatchString(path):
		return errors.New("the path contains __op__ or ends in __op")
	case strings.HasPrefix(path+"/", "_watermarks/"):
		return errors.New("the path begins with _watermarks, which is reserved")
	}
	return nil
}

func settings() (own struct{ url, tenant, kid, key string }, err error) {
	own.url, own.tenant = os.Getenv("SIGNET_URL"), os.Getenv("SIGNET_TENANT")
	own.kid, own.key = os.Getenv("SIGNET_KID"), os.Getenv("SIGNET_KEY")
	switch {
	case !urlForm.MatchString(own.url):
		err = errors.New("SIGNET_URL must be a URL without a path, such as https://img.example.com")
	case !tenantForm.MatchString(own.tenant) || len(own.tenant) > 63:
		err = errors.New("SIGNET_TENANT must be a tenant name, such as acme")
	case !kidForm.MatchString(own.kid):
		err = errors.New("SIGNET_KID must be root.generation, such as r1.1, without a line break")
	case !keyForm.MatchString(own.key):
		err = errors.New("SIGNET_KEY must be a signing key: sgn_ and 43 characters, without a line break")
	}
	return own, err
}

func checkExpiry(exp int64) error {
	switch {
	case !isTime(exp):
		return errors.New("exp must be a Unix time in seconds, not milliseconds")
	case exp < time.Now().Unix():
		return errors.New("exp is in the past")
	}
	return nil
}

// A time in seconds has ten digits; one in milliseconds has thirteen.
func isTime(exp int64) bool { return exp >= 1_000_000_000 && exp <= 9_999_999_999 }

func all(texts []string, form *regexp.Regexp) bool {
	for _, one := range texts {
		if !form.MatchString(one) {
			return false
		}
	}
	return true
}

// Escapes every byte as %XX, except unreserved characters, slash and comma.
func encode(text string) string {
	const bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/,"
	var encoded strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.IndexByte(bare, text[i]) >= 0 {
			encoded.WriteByte(text[i])
		} else {
			fmt.Fprintf(&encoded, "%%%02X", text[i])
		}
	}
	return encoded.String()
}

// The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it.
func sign(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64url(mac.Sum(nil))
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// A valid text has no control characters or backslashes, so only the quotation mark needs an escape in JSON.
func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, one := range texts {
		quoted[i] = quote(one)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}
