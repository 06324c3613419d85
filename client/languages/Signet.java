import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs image URLs for Signet. Copy this file into your project; it needs Java 17 or later and no libraries.
 *
 * <pre>Signet.signedUrl("cat.jpg", List.of("resize,w_640", "format,f_auto"), Instant.now().getEpochSecond() + 3600)</pre>
 *
 * Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what {@code signet keys show TENANT --env} prints.
 * Pass a path as the plain name of a source; do not encode it. An invalid argument or setting throws
 * IllegalArgumentException. Operation names and the policy are checked by the service, not here:
 * {@code signet explain URL} shows its decision.
 */
public final class Signet {
  private static final String OPERATION = "(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)";
  private static final String RECIPE = "(image|style)/[A-Za-z0-9,_./=-]+";
  private static final String PRESET = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
  private static final Pattern FORBIDDEN = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\\\]");
  private static final Pattern BAD_SEGMENT = Pattern.compile("(^|/)\\.{0,2}(/|\\z)");
  private static final Pattern SEPARATOR = Pattern.compile("__op__|__op_?\\z");

  private Signet() {}

  /**
   * Returns a signed URL. path is the plain name of a source, without the tenant. exp is in Unix seconds; null
   * means never.
   */
  public static String signedUrl(String path, List<String> operations, Long exp) {
    check(operations.size() <= 16, "more than 16 operations");
    for (String one : operations)
      check(one.matches(OPERATION), "an operation must be written as name,parameter_value");
    return url(path, operations.stream().map("__op__"::concat).collect(Collectors.joining()), exp, List.of());
  }

  /**
   * Returns a signed URL with a recipe in the query. name is x-oss-process or x-bce-process; value is a recipe
   * such as image/resize,w_400.
   */
  public static String signedQueryUrl(String path, String name, String value, Long exp) {
    check(List.of("x-oss-process", "x-bce-process").contains(name), "the query parameter must be x-oss-process or x-bce-process");
    check(value.matches(RECIPE), "the recipe must be written as image/name,parameter_value");
    return url(path, "", exp, List.of(name + "=" + value));
  }

  /**
   * Returns a grant: one signature for many URLs, sent as ?grant=TOKEN. A scope is the path of a source, a/b/* for
   * everything below a/b/, or * for everything. presets limits the grant to some presets; it may be null. exp and
   * nbf (not before) are in Unix seconds; nbf may be null.
   */
  public static String grant(List<String> scopes, long exp, List<String> presets, Long nbf) {
    Settings own = Settings.read();
    check(scopes.size() >= 1 && scopes.size() <= 16, "a grant needs 1 to 16 scopes");
    for (String one : scopes)
      checkPath(one.equals("*") || one.endsWith("/*") ? one.substring(0, one.length() - 1) + "x" : one);
    check(presets == null || !presets.isEmpty(), "presets is empty; name at least one or leave it out");
    for (String one : presets == null ? List.<String>of() : presets)
      check(one.matches(PRESET), "a preset name has 1 to 64 letters, digits, dots, hyphens or underscores");
    String header = "{\"alg\":\"HS256\",\"typ\":\"signet-grant+jwt\",\"kid\":\"" + own.kid + "\"}";
    String claims = "{\"iss\":\"" + own.tenant + "\",\"scope\":"
        + (scopes.size() == 1 ? quote(scopes.get(0)) : list(scopes)) + ",\"exp\":" + expiry(exp)
        + (nbf == null ? "" : ",\"nbf\":" + seconds("nbf", nbf)) + (presets == null ? "" : ",\"presets\":" + list(presets)) + "}";
    String text = base64url(utf8(header)) + "." + base64url(utf8(claims));
    check(text.length() <= 2048 - 44, "the grant has more than 2,048 characters; name fewer scopes");
    return text + "." + sign(own.key, text);
  }

  private static String url(String path, String suffix, Long exp, List<String> query) {
    Settings own = Settings.read();
    checkPath(path);
    // The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
    String target = "/" + own.tenant + "/" + path + suffix;
    List<String> message = new ArrayList<>(List.of("signet.v1", own.kid, exp == null ? "0" : expiry(exp), target));
    message.addAll(query);
    List<String> sent = new ArrayList<>(query);
    if (exp != null) sent.add("exp=" + exp);
    sent.addAll(List.of("kid=" + own.kid, "sig=" + sign(own.key, String.join("\n", message))));
    return own.url.replaceFirst("/$", "") + encode(target) + "?" + String.join("&", sent);
  }

  /** URLEncoder encodes for forms: a space becomes +, * stays bare and ~ is escaped. */
  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A")
        .replace("%7E", "~").replace("%2F", "/").replace("%2C", ",");
  }

  private static void checkPath(String path) {
    check(StandardCharsets.UTF_8.newEncoder().canEncode(path), "the path is not well-formed Unicode");
    check(utf8(path).length <= 700, "the path is longer than 700 bytes");
    check(!FORBIDDEN.matcher(path).find(), "the path has a control character or a backslash");
    check(!BAD_SEGMENT.matcher(path).find(), "the path has a leading slash, an empty segment, . or ..");
    check(!SEPARATOR.matcher(path).find(), "the path contains __op__ or ends in __op");
    check(!(path + "/").startsWith("_watermarks/"), "the path begins with _watermarks, which is reserved");
  }

  private static String expiry(long exp) {
    String text = seconds("exp", exp);
    check(exp >= Instant.now().getEpochSecond(), "exp is in the past");
    return text;
  }

  private static String seconds(String name, long value) {
    check(Long.toString(value).matches("[1-9][0-9]{9}"), name + " must be a Unix time in seconds, not milliseconds");
    return Long.toString(value);
  }

  private record Settings(String url, String tenant, String kid, String key) {
    static Settings read() {
      return new Settings(
          setting("SIGNET_URL", "https?://[^\\s/?#]+/?", "a URL without a path, such as https://img.example.com"),
          setting("SIGNET_TENANT", "(?=.{1,63}\\z)[a-z0-9]+(-[a-z0-9]+)*", "a tenant name, such as acme"),
          setting("SIGNET_KID", "[a-z][a-z0-9]{0,15}\\.(0|[1-9][0-9]{0,5})", "root.generation, such as r1.1, without a line break"),
          setting("SIGNET_KEY", "sgn_[A-Za-z0-9_-]{43}", "a signing key: sgn_ and 43 characters, without a line break"));
    }

    private static String setting(String name, String form, String what) {
      String value = System.getenv().getOrDefault(name, "");
      check(value.matches(form), name + " must be " + what);
      return value;
    }
  }

  /** The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it. */
  private static String sign(String key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(utf8(key), "HmacSHA256"));
      return base64url(mac.doFinal(utf8(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every Java has HmacSHA256
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String base64url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A valid text has no control characters or backslashes, so only the quotation mark needs an escape in JSON. */
  private static String quote(String text) {
    return '"' + text.replace("\"", "\\\"") + '"';
  }

  private static String list(List<String> texts) {
    return texts.stream().map(Signet::quote).collect(Collectors.joining(",", "[", "]"));
  }

  private static void check(boolean holds, String message) {
    if (!holds) throw new IllegalArgumentException(message);
  }
}
