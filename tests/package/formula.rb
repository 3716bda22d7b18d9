# Checks a Homebrew formula without Homebrew: `ruby formula.rb FORMULA ARCHIVE`. What the formula says of itself is
# complete and keeps the rules of `brew audit` that can be checked here; the block of ARCHIVE has its checksum; what
# is unpacked from it is installed into a folder, and the formula's own test passes there.
require "digest"
require "fileutils"
require "tmpdir"

# The part of Homebrew's language that formulae of binary archives use.
class Formula
  SOURCES = []
  SAID = {}
  class << self
    %i[desc homepage version license].each { |name| define_method(name) { |value| SAID[name] = value } }
    %i[on_macos on_linux on_arm on_intel].each { |name| define_method(name) { |&block| block.call } }

    def url(value) = SOURCES << { url: value }

    def sha256(value) = SOURCES.last[:sha256] = value

    def test(&block) = define_method(:run_test, &block)

    def inherited(formula)
      super
      (@formulae ||= []) << formula
    end

    attr_reader :formulae
  end

  # A folder that files are put into.
  Folder = Struct.new(:path) do
    def install(files)
      FileUtils.mkdir_p(path)
      renamed = files.is_a?(Hash) ? files : [files].flatten.to_h { |file| [file, File.basename(file)] }
      raise "nothing to install into #{path}" if renamed.empty?

      renamed.each { |file, name| FileUtils.cp(file, File.join(path, name)) }
    end

    def to_s = path
  end

  def initialize(prefix) = @prefix = prefix

  { bin: "bin", man1: "share/man/man1", bash_completion: "etc/bash_completion.d",
    zsh_completion: "share/zsh/site-functions", fish_completion: "share/fish/vendor_completions.d" }.each do |name, path|
    define_method(name) { Folder.new(File.join(@prefix, path)) }
  end

  def version = SAID[:version]

  def shell_output(command) = `#{command}`.tap { raise "#{command} failed" unless $?.success? }

  def assert_match(expected, text)
    raise "#{text.inspect} has no #{expected.inspect}" unless text.include?(expected)
  end
end

formula, archive = ARGV.map { |file| File.expand_path(file) }
load formula
said = Formula::SAID
raise "incomplete: #{said}" unless said.keys.sort == %i[desc homepage license version]
raise "desc: #{said[:desc]}" if said[:desc].length > 80 || said[:desc] =~ /\A(an?|the|twiml-refer)\b|\.\z/i
raise "homepage: #{said[:homepage]}" unless said[:homepage].start_with?("https://")

source = Formula::SOURCES.find { |each| File.basename(each[:url]) == File.basename(archive) }
raise "no block for #{archive}" unless source
raise "another checksum" unless source[:sha256] == Digest::SHA256.file(archive).hexdigest

Dir.mktmpdir do |folder|
  system("tar", "-C", folder, "--strip-components=1", "-xzf", archive, exception: true)
  made = Formula.formulae.first.new(File.join(folder, "prefix"))
  Dir.chdir(folder) { made.install }
  made.run_test
  installed = Dir[File.join(folder, "prefix", "**", "*")].count { |file| File.file?(file) }
  puts "Homebrew: #{Formula::SOURCES.length} archives, #{installed} files installed"
end
