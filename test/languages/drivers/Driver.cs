using System;
using System.Linq;
using System.Text.RegularExpressions;

/// <summary>In the calls, every character except letters and digits is written as an escape.</summary>
static class Driver
{
    static string Unescape(string text)
    {
        return Regex.Replace(text, @"\\u([0-9a-f]{4})", one => ((char)Convert.ToInt32(one.Groups[1].Value, 16)).ToString());
    }

    static long? Seconds(string text)
    {
        return text == "" ? (long?)null : long.Parse(text);
    }

    static string Make(string[] call)
    {
        var exp = Seconds(call[1]);
        var rest = call.Skip(2).ToArray();
        if (call[0] == "signed_url") return Signet.SignedUrl(rest[0], rest.Skip(1).ToArray(), exp);
        if (call[0] == "signed_query_url") return Signet.SignedQueryUrl(rest[0], rest[1], rest[2], exp);
        var count = int.Parse(rest[1]);
        var scopes = rest.Skip(2 + Math.Max(count, 0)).ToArray();
        if (count < 0) return Signet.Grant(scopes, exp.Value, Seconds(rest[0]));
        return Signet.Grant(scopes, exp.Value, rest.Skip(2).Take(count).ToArray(), Seconds(rest[0]));
    }

    static void Main()
    {
        for (var line = Console.ReadLine(); line != null; line = Console.ReadLine())
        {
            var words = Regex.Matches(line, "\"([^\"]*)\"").Cast<Match>().Select(one => Unescape(one.Groups[1].Value));
            var call = new System.Collections.Generic.Queue<string>(words);
            foreach (var name in new[] { "URL", "TENANT", "KID", "KEY" })
                Environment.SetEnvironmentVariable("SIGNET_" + name, call.Dequeue());
            try
            {
                Console.WriteLine("{\"ok\":\"" + Make(call.ToArray()) + "\"}");
            }
            catch (ArgumentException refusal)
            {
                Console.WriteLine("{\"refused\":\"" + refusal.Message.Replace("\\", "\\\\") + "\"}");
            }
        }
    }
}
