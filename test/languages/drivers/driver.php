<?php
require __DIR__ . '/signet.php';

error_reporting(E_ALL);
set_error_handler(function (int $level, string $message) {
    throw new ErrorException($message);
});

function seconds(string $text): ?int
{
    return $text === '' ? null : (int) $text;
}

function make(string $call, string $exp, string ...$rest): string
{
    switch ($call) {
        case 'signed_url':
            return Signet\signed_url($rest[0], array_slice($rest, 1), seconds($exp));
        case 'signed_url_of_bytes':
            return Signet\signed_url(hex2bin($rest[0]), [], seconds($exp));
        case 'signed_query_url':
            return Signet\signed_query_url($rest[0], $rest[1], $rest[2], seconds($exp));
    }
    $count = (int) $rest[1];
    $presets = $count < 0 ? null : array_slice($rest, 2, $count);
    $scopes = array_slice($rest, 2 + max($count, 0));
    // One scope is passed as text, several as a list, to test both.
    return Signet\grant(count($scopes) === 1 ? $scopes[0] : $scopes, seconds($exp), $presets, seconds($rest[0]));
}

while (($line = fgets(STDIN)) !== false) {
    $call = json_decode($line, true, 8, JSON_THROW_ON_ERROR);
    foreach (['URL', 'TENANT', 'KID', 'KEY'] as $name) {
        putenv("SIGNET_$name=" . array_shift($call));
    }
    try {
        echo json_encode(['ok' => make(...$call)]), "\n";
    } catch (InvalidArgumentException $refusal) {
        echo json_encode(['refused' => $refusal->getMessage()]), "\n";
    }
}
