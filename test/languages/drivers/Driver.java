import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Java has no JSON: in the calls, every character except letters and digits is written as an escape. */
final class Driver {
  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-f]{4})");

  private static String unescape(MatchResult text) {
    return ESCAPE.matcher(text.group(1)).replaceAll(
        one -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(one.group(1), 16))));
  }

  private static Long seconds(String text) {
    return text.isEmpty() ? null : Long.valueOf(text);
  }

  private static String make(List<String> call) {
    Long exp = seconds(call.get(1));
    List<String> rest = call.subList(2, call.size());
    switch (call.get(0)) {
      case "signed_url":
        return Signet.signedUrl(rest.get(0), rest.subList(1, rest.size()), exp);
      case "signed_query_url":
        return Signet.signedQueryUrl(rest.get(0), rest.get(1), rest.get(2), exp);
      default:
        int count = Integer.parseInt(rest.get(1));
        int first = 2 + Math.max(count, 0);
        List<String> presets = count < 0 ? null : rest.subList(2, first);
        return Signet.grant(rest.subList(first, rest.size()), exp, presets, seconds(rest.get(0)));
    }
  }

  /** The environment behind System.getenv(), which Java has no way to change: see --add-opens in languages.ts. */
  @SuppressWarnings("unchecked")
  private static Map<String, String> environment() throws ReflectiveOperationException {
    var field = System.getenv().getClass().getDeclaredField("m");
    field.setAccessible(true);
    return (Map<String, String>) field.get(System.getenv());
  }

  private static String answer(String line) throws ReflectiveOperationException {
    List<String> words = TEXT.matcher(line).results().map(Driver::unescape).toList();
    List<String> names = List.of("SIGNET_URL", "SIGNET_TENANT", "SIGNET_KID", "SIGNET_KEY");
    for (int i = 0; i < names.size(); i++) environment().put(names.get(i), words.get(i));
    try {
      return "{\"ok\":\"" + make(words.subList(names.size(), words.size())) + "\"}";
    } catch (NumberFormatException e) {
      throw e;
    } catch (IllegalArgumentException refusal) {
      return "{\"refused\":\"" + refusal.getMessage() + "\"}";
    }
  }

  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) System.out.println(answer(line));
  }
}
