<?php
// Signs image URLs for Signet. Copy this file into your project; it needs PHP 8.1 or later and no extensions.
//
//   $url = Signet\signed_url('cat.jpg', ['resize,w_640', 'format,f_auto'], time() + 3600);
//
// Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what `signet keys show TENANT --env` prints.
// Pass a path as the plain name of a source; do not encode it. An invalid argument or setting throws
// InvalidArgumentException. Operation names and the policy are checked by the service, not here:
// `signet explain URL` shows its decision.

declare(strict_types=1);

namespace Signet;

const SETTINGS = [ // name: pattern, description
    'URL' => ['~^https?://[^\s/?#]+/?\z~', 'a URL without a path, such as https://img.example.com'],
    'TENANT' => ['/^(?=.{1,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z/', 'a tenant name, such as acme'],
    'KID' => ['/^[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})\z/', 'root.generation, such as r1.1, without a line break'],
    'KEY' => ['/^sgn_[A-Za-z0-9_-]{43}\z/', 'a signing key: sgn_ and 43 characters, without a line break'],
];
const OPERATION = '/^(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)\z/';
const PRESET = '/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z/';
const RECIPE = '~^(image|style)/[A-Za-z0-9,_./=-]+\z~'; // a recipe in the query, in the spelling of Alibaba OSS or Baidu BOS

/**
 * Returns a signed URL. $path is the plain name of a source, without the tenant. $exp is in Unix seconds; null
 * means never.
 */
function signed_url(string $path, array $operations, ?int $exp): string
{
    check(count($operations) <= 16, 'more than 16 operations');
    $valid = preg_grep(OPERATION, $operations) === $operations;
    check($valid, 'an operation must be written as name,parameter_value');
    return url($path, implode('', array_map(fn ($one) => "__op__$one", $operations)), $exp);
}

/**
 * Returns a signed URL with a recipe in the query. $name is x-oss-process or x-bce-process; $value is a recipe
 * such as image/resize,w_400.
 */
function signed_query_url(string $path, string $name, string $value, ?int $exp): string
{
    check(in_array($name, ['x-oss-process', 'x-bce-process'], true), 'the query parameter must be x-oss-process or x-bce-process');
    check(preg_match(RECIPE, $value), 'the recipe must be written as image/name,parameter_value');
    return url($path, '', $exp, "$name=$value");
}

/**
 * Returns a grant: one signature for many URLs, sent as ?grant=TOKEN. $scope is the path of a source, a/b/* for
 * everything below a/b/, or * for everything; or a list of them. $presets limits the grant to some presets. $exp
 * and $nbf (not before) are in Unix seconds.
 */
function grant(string|array $scope, int $exp, ?array $presets = null, ?int $nbf = null): string
{
    [, $tenant, $kid, $key] = settings();
    $scopes = (array) $scope;
    check(count($scopes) >= 1 && count($scopes) <= 16, 'a grant needs 1 to 16 scopes');
    foreach ($scopes as $one) {
        check_path($one === '*' || str_ends_with($one, '/*') ? substr($one, 0, -1) . 'x' : $one);
    }
    check($presets !== [], 'presets is empty; name at least one or leave it out');
    $valid = preg_grep(PRESET, $presets ?? []) === ($presets ?? []);
    check($valid, 'a preset name has 1 to 64 letters, digits, dots, hyphens or underscores');
    $claims = ['iss' => $tenant, 'scope' => count($scopes) === 1 ? reset($scopes) : array_values($scopes)];
    $claims += ['exp' => (int) expiry($exp)];
    $claims += $nbf === null ? [] : ['nbf' => (int) seconds('nbf', $nbf)];
    $claims += $presets === null ? [] : ['presets' => array_values($presets)];
    $header = ['alg' => 'HS256', 'typ' => 'signet-grant+jwt', 'kid' => $kid];
    $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
    $flags |= JSON_THROW_ON_ERROR;
    $text = base64url(json_encode($header, $flags)) . '.' . base64url(json_encode($claims, $flags));
    check(strlen($text) <= 2048 - 44, 'the grant has more than 2,048 characters; name fewer scopes');
    return $text . '.' . sign($key, $text);
}

function url(string $path, string $suffix, ?int $exp, ?string $query = null): string
{
    [$base, $tenant, $kid, $key] = settings();
    check_path($path);
    // The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
    $target = "/$tenant/$path$suffix";
    $message = ['signet.v1', $kid, $exp === null ? '0' : expiry($exp), $target];
    $sig = sign($key, implode("\n", $query === null ? $message : [...$message, $query]));
    $sent = [...($query === null ? [] : [$query]), ...($exp === null ? [] : ["exp=$exp"]), "kid=$kid", "sig=$sig"];
    $encoded = strtr(rawurlencode($target), ['%2F' => '/', '%2C' => ',']);
    return rtrim($base, '/') . $encoded . '?' . implode('&', $sent);
}

function check_path(string $path): void
{
    check(preg_match('//u', $path), 'the path is not UTF-8');
    check(strlen($path) <= 700, 'the path is longer than 700 bytes');
    check(!preg_match('/[\x00-\x1f\x7f-\x9f\\\\]/u', $path), 'the path has a control character or a backslash');
    check(!preg_match('~(^|/)\.{0,2}(/|\z)~', $path), 'the path has a leading slash, an empty segment, . or ..');
    check(!preg_match('/__op__|__op_?\z/', $path), 'the path contains __op__ or ends in __op');
    check(explode('/', $path)[0] !== '_watermarks', 'the path begins with _watermarks, which is reserved');
}

function expiry(int $exp): string
{
    $text = seconds('exp', $exp);
    check($exp >= time(), 'exp is in the past');
    return $text;
}

function seconds(string $name, int $value): string
{
    check(preg_match('/^[1-9][0-9]{9}\z/', "$value"), "$name must be a Unix time in seconds, not milliseconds");
    return "$value";
}

function settings(): array
{
    $values = [];
    foreach (SETTINGS as $name => [$form, $what]) {
        $values[] = $value = (string) getenv("SIGNET_$name");
        check(preg_match($form, $value), "SIGNET_$name must be $what");
    }
    return $values;
}

/** The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it. */
function sign(string $key, string $text): string
{
    return base64url(hash_hmac('sha256', $text, $key, true));
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function check(bool|int $holds, string $message): void
{
    if (!$holds) {
        throw new \InvalidArgumentException($message);
    }
}
