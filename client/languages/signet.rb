# Signs image URLs for Signet. Copy this file into your project; it needs only the standard library.
#
#   Signet.signed_url("cat.jpg", ["resize,w_640", "format,f_auto"], Time.now.to_i + 3600)
#
# Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what `signet keys show TENANT --env` prints.
# Pass a path as the plain name of a source; do not encode it. An invalid argument or setting raises ArgumentError.
# Operation names and the policy are checked by the service, not here: `signet explain URL` shows its decision.
require "json"
require "openssl"

module Signet
  SETTINGS = { # name: pattern, description
    "URL" => [%r{\Ahttps?://[^\s/?#]+/?\z}, "a URL without a path, such as https://img.example.com"],
    "TENANT" => [/\A(?=.{1,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z/, "a tenant name, such as acme"],
    "KID" => [/\A[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})\z/, "root.generation, such as r1.1, without a line break"],
    "KEY" => [/\Asgn_[A-Za-z0-9_-]{43}\z/, "a signing key: sgn_ and 43 characters, without a line break"]
  }.freeze
  OPERATION = /\A(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)\z/
  PRESET = /\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z/
  RECIPE = %r{\A(image|style)/[A-Za-z0-9,_./=-]+\z} # a recipe in the query, in the spelling of Alibaba OSS or Baidu BOS

  module_function

  # Returns a signed URL. path is the plain name of a source, without the tenant. operations is one operation or a
  # list. exp is in Unix seconds; nil means never.
  def signed_url(path, operations, exp)
    operations = Array(operations)
    check(operations.size <= 16, "more than 16 operations")
    check(operations.all?(OPERATION), "an operation must be written as name,parameter_value")
    url(path, operations.map { |one| "__op__#{one}" }.join, exp)
  end

  # Returns a signed URL with a recipe in the query. name is x-oss-process or x-bce-process; value is a recipe such
  # as image/resize,w_400.
  def signed_query_url(path, name, value, exp)
    check(%w[x-oss-process x-bce-process].include?(name), "the query parameter must be x-oss-process or x-bce-process")
    check(value.match?(RECIPE), "the recipe must be written as image/name,parameter_value")
    url(path, "", exp, "#{name}=#{value}")
  end

  # Returns a grant: one signature for many URLs, sent as ?grant=TOKEN. scope is the path of a source, a/b/* for
  # everything below a/b/, or * for everything; or a list of them. presets limits the grant to some presets. exp
  # and nbf (not before) are in Unix seconds.
  def grant(scope, exp, presets = nil, nbf = nil)
    _, tenant, kid, key = settings
    scopes = Array(scope)
    presets = presets && Array(presets)
    check(scopes.size.between?(1, 16), "a grant needs 1 to 16 scopes")
    scopes.each { |one| check_path(one == "*" || one.end_with?("/*") ? "#{one[0..-2]}x" : one) }
    check(presets != [], "presets is empty; name at least one or leave it out")
    check((presets || []).all?(PRESET), "a preset name has 1 to 64 letters, digits, dots, hyphens or underscores")
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
    # The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
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
    check(!path.match?(%r{(\A|/)\.{0,2}(/|\z)}), "the path has a leading slash, an empty segment, . or ..")
    check(!path.match?(/__op__|__op_?\z/), "the path contains __op__ or ends in __op")
    check(path.split("/").first != "_watermarks", "the path begins with _watermarks, which is reserved")
  end

  def expiry(exp)
    seconds("exp", exp).tap { |it| check(it.to_i >= Time.now.to_i, "exp is in the past") }
  end

  def seconds(name, value)
    check(value.to_s.match?(/\A[1-9][0-9]{9}\z/), "#{name} must be a Unix time in seconds, not milliseconds")
    value.to_s
  end

  def settings
    SETTINGS.map do |name, (form, what)|
      ENV.fetch("SIGNET_#{name}", "").tap { |it| check(it.match?(form), "SIGNET_#{name} must be #{what}") }
    end
  end

  # The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it.
  def sign(key, text)
    base64url(OpenSSL::HMAC.digest("SHA256", key, text))
  end

  def base64url(bytes)
    [bytes].pack("m0").tr("+/", "-_").delete("=")
  end

  def check(holds, message)
    raise ArgumentError, message unless holds
  end

  private_class_method :url, :check_path, :expiry, :seconds, :settings, :sign, :base64url, :check
end
