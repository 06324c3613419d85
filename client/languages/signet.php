<?php
// Signs image URLs of Signet. One file, PHP 8.1 or later without extensions: paste it.
//
//   $url = Signet\signed_url('cat.jpg', ['resize,w_640', 'format,f_auto'], time() + 3600);
//
// SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY are what `signet keys show TENANT --env` prints.
// A path is the name as it is: encode nothing. What can be seen to be wrong throws InvalidArgumentException. Which
// operations there are, and what the policy allows, only the service knows: `signet explain URL` says it.

declare(strict_types=1);

namespace Signet;

const SETTINGS = [ // name: form, what it is
    'URL' => ['~^https?://[^\s/?#]+/?\z~', 'an address such as https://img.example.com'],
    'TENANT' => ['/^(?=.{1,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z/', 'the name of a tenant'],
    'KID' => ['/^[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})\z/', 'written as root.generation with nothing behind it (a line end?)'],
    'KEY' => ['/^sgn_[A-Za-z0-9_-]{43}\z/', 'a signing key: sgn_ and 43 characters with nothing behind them (a line end?)'],
];
const OPERATION = '/^[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*\z/';
const PRESET = '/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}\z/';
const RECIPE = '~^(image|style)/[A-Za-z0-9,_./-]+\z~'; // in the query, as Alibaba OSS or Baidu BOS spell it

/** The URL of a source, its path decoded and below the tenant; $exp in Unix seconds, null for ever. */
function signed_url(string $path, array $operations, ?int $exp): string
{
    check(count($operations) <= 16, 'there are more than 16 operations');
    $sound = preg_grep(OPERATION, $operations) === $operations;
    check($sound, 'an operation is not written as name,parameter_value');
    return url($path, implode('', array_map(fn ($one) => "__op__$one", $operations)), $exp);
}

/** The same with a recipe in the query: x-oss-process or x-bce-process, image/resize,w_400. */
function signed_query_url(string $path, string $name, string $value, ?int $exp): string
{
    check(in_array($name, ['x-oss-process', 'x-bce-process'], true), 'the query has no such parameter');
    check(preg_match(RECIPE, $value), 'the recipe is not written as image/name,parameter_value');
    return url($path, '', $exp, "$name=$value");
}

/** One signature for many URLs (?grant=…): of a source, of a/b/*, or of *; one of them or a list. */
function grant(string|array $scope, int $exp, ?array $presets = null, ?int $nbf = null): string
{
    [, $tenant, $kid, $key] = settings();
    $scopes = (array) $scope;
    check(count($scopes) >= 1 && count($scopes) <= 16, 'a grant covers 1 to 16 scopes');
    foreach ($scopes as $one) {
        check_path($one === '*' || str_ends_with($one, '/*') ? substr($one, 0, -1) . 'x' : $one);
    }
    check($presets !== [], 'a grant of no presets covers nothing; leave them out');
    $named = preg_grep(PRESET, $presets ?? []) === ($presets ?? []);
    check($named, 'a preset is named with letters, digits, dots and hyphens');
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
    // The decoded path is signed and the encoded one is sent; 0 is signed where nothing expires.
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
    check(!preg_match('~(^|/)\.{0,2}(/|\z)~', $path), 'the path has a slash in front, an empty segment, . or ..');
    check(!preg_match('/__op__|__op_?\z/', $path), 'the path contains or ends in __op');
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
    check(preg_match('/^[1-9][0-9]{9}\z/', "$value"), "$name is not a time in whole seconds since 1970");
    return "$value";
}

function settings(): array
{
    $values = [];
    foreach (SETTINGS as $name => [$form, $what]) {
        $values[] = $value = (string) getenv("SIGNET_$name");
        check(preg_match($form, $value), "SIGNET_$name is not $what");
    }
    return $values;
}

/** The key is text: its 47 ASCII characters are the secret, nobody decodes them. */
function sign(string $key, string $text): string
{
    return base64url(hash_hmac('sha256', $text, $key, true));
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function check(bool|int $holds, string $sentence): void
{
    if (!$holds) {
        throw new \InvalidArgumentException($sentence);
    }
}
