# Signs image URLs of Signet. One file, the standard library alone: paste it.
#
#   Signet.signed_url("cat.jpg", ["resize,w_640", "format,f_auto"], Time.now.to_i + 3600)
#
# SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY are what `signet keys show TENANT --env` prints.
# A path is the name as it is: encode nothing. What can be seen to be wrong raises ArgumentError. Which operations
# there are, and what the policy allows, only the service knows: `signet explain URL` says it.
require "json"
require "openssl"

module Signet
  SETTINGS = { # name: form, what it is
    "URL" => [%r{\Ahttps?://[^\s/?#]+/?\z}, "an address such as https://img.example.com"],
    "TENANT" => [/\A(?=.{1,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z/, "the name of a tenant"],
    "KID" => [/\A[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})\z/, "written as root.generation with nothing behind it (a line end?)"],
    "KEY" => [/\Asgn_[A-Za-z0-9_-]{43}\z/, "a signing key: sgn_ and 43 characters with nothing behind them (a line end?)"]
  }.freeze
  OPERATION = /\A[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*\z/
  PRESET = /\A[A-Za-z0-9][A-Za-z0-9.-]{0,63}\z/
  RECIPE = %r{\A(image|style)/[A-Za-z0-9,_./-]+\z} # in the query, as Alibaba OSS or Baidu BOS spell it

  module_function

  # The URL of a source, its path decoded and below the tenant; one operation or a list; exp in Unix seconds,
  # nil for ever.
  def signed_url(path, operations, exp)
    operations = Array(operations)
    check(operations.size <= 16, "there are more than 16 operations")
    check(operations.all?(OPERATION), "an operation is not written as name,parameter_value")
    url(path, operations.map { |one| "__op__#{one}" }.join, exp)
  end

  # The same with a recipe in the query: x-oss-process or x-bce-process, image/resize,w_400.
  def signed_query_url(path, name, value, exp)
    check(%w[x-oss-process x-bce-process].include?(name), "the query has no such parameter")
    check(value.match?(RECIPE), "the recipe is not written as image/name,parameter_value")
    url(path, "", exp, "#{name}=#{value}")
  end

  # One signature for many URLs (?grant=…): of a source, of a/b/*, or of *; one of them or a list.
  def grant(scope, exp, presets = nil, nbf = nil)
    _, tenant, kid, key = settings
    scopes = Array(scope)
    presets = presets && Array(presets)
    check(scopes.size.between?(1, 16), "a grant covers 1 to 16 scopes")
    scopes.each { |one| check_path(one == "*" || one.end_with?("/*") ? "#{one[0..-2]}x" : one) }
    check(presets != [], "a grant of no presets covers nothing; leave them out")
    check((presets || []).all?(PRESET), "a preset is named with letters, digits, dots and hyphens")
    scope = scopes.size == 1 ? scopes.first : scopes
    begins = nbf && seconds("nbf", nbf).to_i
    claims = { iss: tenant, scope: scope, exp: expiry(exp).to_i, nbf: begins, presets: presets }.compact
    header = { alg: "HS256", typ: "signet-grant+jwt", kid: kid }
    text = [header, claims].map { |part| base64url(JSON.generate(part)) }.join(".")
    check(text.size <= 2048 - 44, "the grant has more than 2,048 characters; name fewer scopes")
    "#{text}.#{sign(key, text)}"
  end

  def url(path, suffix, exp, query = nil)
    base, tenant, kid, key = settings
    check_path(path)
    # The decoded path is signed and the encoded one is sent; 0 is signed where nothing expires.
    target = "/#{tenant}/#{path}#{suffix}"
    message = ["signet.v1", kid, exp.nil? ? "0" : expiry(exp), target, query].compact.join("\n")
    sent = [query, exp && "exp=#{exp}", "kid=#{kid}", "sig=#{sign(key, message)}"].compact.join("&")
    encoded = target.b.gsub(%r{[^A-Za-z0-9._~/,-]}n) { |byte| format("%%%02X", byte.ord) }
    "#{base.chomp("/")}#{encoded}?#{sent}"
  end

  def check_path(path)
    utf8 = path.encoding == Encoding::UTF_8 || path.ascii_only?
    check(utf8 && path.valid_encoding?, "the path is not UTF-8")
    check(path.bytesize <= 700, "the path is longer than 700 bytes")
    check(!path.match?(/[\u0000-\u001f\u007f-\u009f\\]/), "the path has a control character or a backslash")
    check(!path.match?(%r{(\A|/)\.{0,2}(/|\z)}), "the path has a slash in front, an empty segment, . or ..")
    check(!path.match?(/__op__|__op_?\z/), "the path contains or ends in __op")
    check(path.split("/").first != "_watermarks", "the path begins with _watermarks, which is reserved")
  end

  def expiry(exp)
    seconds("exp", exp).tap { |it| check(it.to_i >= Time.now.to_i, "exp is in the past") }
  end

  def seconds(name, value)
    check(value.to_s.match?(/\A[1-9][0-9]{9}\z/), "#{name} is not a time in whole seconds since 1970")
    value.to_s
  end

  def settings
    SETTINGS.map do |name, (form, what)|
      ENV.fetch("SIGNET_#{name}", "").tap { |it| check(it.match?(form), "SIGNET_#{name} is not #{what}") }
    end
  end

  # The key is text: its 47 ASCII characters are the secret, nobody decodes them.
  def sign(key, text)
    base64url(OpenSSL::HMAC.digest("SHA256", key, text))
  end

  def base64url(bytes)
    [bytes].pack("m0").tr("+/", "-_").delete("=")
  end

  def check(holds, sentence)
    raise ArgumentError, sentence unless holds
  end

  private_class_method :url, :check_path, :expiry, :seconds, :settings, :sign, :base64url, :check
end
