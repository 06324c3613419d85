using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

/// <summary>
/// Signs image URLs for Signet. Copy this file into your project; it needs only the standard library.
/// <code>Signet.SignedUrl("cat.jpg", new[] { "resize,w_640", "format,f_auto" }, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600)</code>
/// Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what "signet keys show TENANT --env" prints.
/// Pass a path as the plain name of a source; do not encode it. An invalid argument or setting throws
/// ArgumentException. Operation names and the policy are checked by the service, not here: "signet explain URL"
/// shows its decision.
/// </summary>
public static class Signet
{
    const string Operation = @"^(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)\z";
    const string Recipe = @"^(image|style)/[A-Za-z0-9,_./=-]+\z"; // in the spelling of Alibaba OSS or Baidu BOS
    const string Preset = @"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z";

    /// <summary>Throws for a lone surrogate. Encoding.UTF8 would replace it.</summary>
    static readonly Encoding Utf8 = new UTF8Encoding(false, true);

    /// <summary>
    /// Returns a signed URL. path is the plain name of a source, without the tenant. exp is in Unix seconds; null
    /// means never.
    /// </summary>
    public static string SignedUrl(string path, IReadOnlyCollection<string> operations, long? exp)
    {
        Check(operations.Count <= 16, "more than 16 operations");
        Check(operations.All(one => Regex.IsMatch(one, Operation)), "an operation must be written as name,parameter_value");
        return Url(path, string.Concat(operations.Select(one => "__op__" + one)), exp, new string[0]);
    }

    /// <summary>
    /// Returns a signed URL with a recipe in the query. name is x-oss-process or x-bce-process; value is a recipe
    /// such as image/resize,w_400.
    /// </summary>
    public static string SignedQueryUrl(string path, string name, string value, long? exp)
    {
        Check(name == "x-oss-process" || name == "x-bce-process", "the query parameter must be x-oss-process or x-bce-process");
        Check(Regex.IsMatch(value, Recipe), "the recipe must be written as image/name,parameter_value");
        return Url(path, "", exp, new[] { name + "=" + value });
    }

    /// <summary>
    /// Returns a grant: one signature for many URLs, sent as ?grant=TOKEN. A scope is the path of a source, a/b/* for
    /// everything below a/b/, or * for everything. exp and nbf (not before) are in Unix seconds.
    /// </summary>
    public static string Grant(IReadOnlyCollection<string> scopes, long exp, long? nbf = null)
    {
        return Jwt(scopes, exp, nbf, "");
    }

    /// <summary>Returns a grant that allows only some presets.</summary>
    public static string Grant(IReadOnlyCollection<string> scopes, long exp, IReadOnlyCollection<string> presets, long? nbf = null)
    {
        Check(presets.Count > 0, "presets is empty; name at least one or leave it out");
        Check(presets.All(one => Regex.IsMatch(one, Preset)), "a preset name has 1 to 64 letters, digits, dots, hyphens or underscores");
        return Jwt(scopes, exp, nbf, ",\"presets\":" + List(presets));
    }

    static string Jwt(IReadOnlyCollection<string> scopes, long exp, long? nbf, string presets)
    {
        var own = Settings();
        string tenant = own.Item2, kid = own.Item3, key = own.Item4;
        Check(scopes.Count >= 1 && scopes.Count <= 16, "a grant needs 1 to 16 scopes");
        foreach (var one in scopes)
            CheckPath(one == "*" || one.EndsWith("/*", StringComparison.Ordinal) ? one.Substring(0, one.Length - 1) + "x" : one);
        var header = $"{{\"alg\":\"HS256\",\"typ\":\"signet-grant+jwt\",\"kid\":\"{kid}\"}}";
        var scope = scopes.Count == 1 ? Quote(scopes.First()) : List(scopes);
        var begin = nbf == null ? "" : ",\"nbf\":" + Seconds("nbf", nbf.Value);
        var claims = $"{{\"iss\":\"{tenant}\",\"scope\":{scope},\"exp\":{Expiry(exp)}{begin}{presets}}}";
        var text = Base64Url(Utf8.GetBytes(header)) + "." + Base64Url(Utf8.GetBytes(claims));
        Check(text.Length <= 2048 - 44, "the grant has more than 2,048 characters; name fewer scopes");
        return text + "." + Sign(key, text);
    }

    static string Url(string path, string suffix, long? exp, string[] query)
    {
        var (url, tenant, kid, key) = Settings();
        CheckPath(path);
        // The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
        var target = "/" + tenant + "/" + path + suffix;
        var until = exp == null ? "0" : Expiry(exp.Value);
        var sig = Sign(key, string.Join("\n", new[] { "signet.v1", kid, until, target }.Concat(query)));
        var expires = exp == null ? new string[0] : new[] { "exp=" + until };
        var sent = query.Concat(expires).Concat(new[] { "kid=" + kid, "sig=" + sig });
        var encoded = Uri.EscapeDataString(target).Replace("%2F", "/").Replace("%2C", ",");
        return url.TrimEnd('/') + encoded + "?" + string.Join("&", sent);
    }

    static void CheckPath(string path)
    {
        Check(Utf8.GetByteCount(path) <= 700, "the path is longer than 700 bytes");
        Check(!Regex.IsMatch(path, @"[\x00-\x1f\x7f-\x9f\\]"), "the path has a control character or a backslash");
        Check(!Regex.IsMatch(path, @"(^|/)\.{0,2}(/|\z)"), "the path has a leading slash, an empty segment, . or ..");
        Check(!Regex.IsMatch(path, @"__op__|__op_?\z"), "the path contains __op__ or ends in __op");
        Check(path.Split('/')[0] != "_watermarks", "the path begins with _watermarks, which is reserved");
    }

    static string Expiry(long exp)
    {
        var text = Seconds("exp", exp);
        Check(exp >= DateTimeOffset.UtcNow.ToUnixTimeSeconds(), "exp is in the past");
        return text;
    }

    static string Seconds(string name, long value)
    {
        Check(value >= 1000000000 && value <= 9999999999, name + " must be a Unix time in seconds, not milliseconds");
        return value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    static (string, string, string, string) Settings()
    {
        return (
            Setting("SIGNET_URL", @"^https?://[^\s/?#]+/?\z", "a URL without a path, such as https://img.example.com"),
            Setting("SIGNET_TENANT", @"^(?=.{1,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z", "a tenant name, such as acme"),
            Setting("SIGNET_KID", @"^[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})\z", "root.generation, such as r1.1, without a line break"),
            Setting("SIGNET_KEY", @"^sgn_[A-Za-z0-9_-]{43}\z", "a signing key: sgn_ and 43 characters, without a line break"));
    }

    static string Setting(string name, string form, string what)
    {
        var value = Environment.GetEnvironmentVariable(name) ?? "";
        Check(Regex.IsMatch(value, form), name + " must be " + what);
        return value;
    }

    /// <summary>The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it.</summary>
    static string Sign(string key, string text)
    {
        using (var hmac = new HMACSHA256(Utf8.GetBytes(key)))
            return Base64Url(hmac.ComputeHash(Utf8.GetBytes(text)));
    }

    static string Base64Url(byte[] bytes)
    {
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>A valid text has no control characters or backslashes, so only the quotation mark needs an escape in JSON.</summary>
    static string Quote(string text)
    {
        return "\"" + text.Replace("\"", "\\\"") + "\"";
    }

    static string List(IEnumerable<string> texts)
    {
        return "[" + string.Join(",", texts.Select(Quote)) + "]";
    }

    static void Check(bool holds, string message)
    {
        if (!holds) throw new ArgumentException(message);
    }
}
