import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Java has no JSON: in the calls, whatever is not a letter or a digit is written as an escape. */
final class Driver {
  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-f]{4})");

  private static String unescaped(MatchResult text) {
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

  private static String answer(String line) {
    try {
      return "{\"ok\":\"" + make(TEXT.matcher(line).results().map(Driver::unescaped).toList()) + "\"}";
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
