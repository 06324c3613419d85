require "json"
require_relative "signet"

def seconds(text)
  return nil if text.empty?
  text.include?(".") ? Float(text) : Integer(text)
end

def make(call, exp, *rest)
  case call
  when "signed_url"
    # One operation is passed as text, several as a list, to test both.
    Signet.signed_url(rest[0], rest.size == 2 ? rest[1] : rest[1..], seconds(exp))
  when "signed_url_of_bytes" then Signet.signed_url([rest[0]].pack("H*"), [], seconds(exp))
  when "signed_query_url" then Signet.signed_query_url(*rest, seconds(exp))
  else
    count = Integer(rest[1])
    presets = count.negative? ? nil : rest[2, count]
    presets = presets[0] if count == 1
    scopes = rest[(2 + [count, 0].max)..]
    # One scope or preset is passed as text, several as a list, to test both.
    Signet.grant(scopes.size == 1 ? scopes[0] : scopes, seconds(exp), presets, seconds(rest[0]))
  end
end

$stdin.each_line do |line|
  url, tenant, kid, key, *call = JSON.parse(line)
  ENV.update("SIGNET_URL" => url, "SIGNET_TENANT" => tenant, "SIGNET_KID" => kid, "SIGNET_KEY" => key)
  puts JSON.generate(ok: make(*call))
rescue ArgumentError => e
  puts JSON.generate(refused: e.message)
end
