# SPDX-License-Identifier: BSD-3-Clause
# Headers as Markdown: page_of(PATH, NAME) gives a header's comments and declarations. Read with
# require by tools/reference and tools/manual.
use strict;
use warnings;

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    local $/;
    return scalar <$file>;
}

# Escapes what Markdown takes for an HTML tag, but for text in backticks.
sub escape {
    my ($text) = @_;
    $text =~ s{(`[^`\n]*`)|(</?)(?=\w)}{defined $1 ? $1 : $2 eq '<' ? '&lt;' : '&lt;/'}ge;
    return $text;
}

# The name of a list item: code, but for words such as in "other -errno".
sub item {
    my ($name) = @_;
    return join ' ', map { /^(?:other|codes?|of|and)$/ ? $_ : s/^(.*?)(,?)$/`$1`$2/r } split / /, $name;
}

# Lines that are indented by two spaces or more: code where the first one looks like it, else a list
# of "  name  meaning", or of plain text, with continuation lines that are indented further.
sub indented {
    my (@lines) = @_;
    if ($lines[0] =~ /\{|;$|\((?:const|struct|void|int|bool|size_t|uint\d+_t)\b/) {
        return ('```c', (map { s/^  //r } @lines), '```');
    }
    return map {
            /^ {4,}(\S.*)$/         ? '  ' . escape($1)
          : /^  (\S.*?) {2,}(\S.*)$/ ? '- ' . item($1) . ': ' . escape($2)
          : /^  (-?\w+)$/           ? "- `$1`"
          :                           '- ' . escape(s/^ +//r)
    } @lines;
}

# A comment as Markdown: its text without the frame.
sub text_of {
    my ($comment) = @_;
    $comment =~ s{^\s*/\*}{};
    $comment =~ s{\*/\s*$}{};
    $comment =~ s{^[ \t]*\*[ ]?}{}mg;
    $comment =~ s{\A\s*\n}{};
    $comment =~ s{\A[ ](?=\S)}{};
    $comment =~ s{\s+\z}{};
    my (@out, @block);
    for my $line (split(/\n/, $comment), undef) {
        if (defined $line && $line =~ /^  /) {
            push @block, $line;
            next;
        }
        if (@block) {
            push @out, '' if @out && $out[-1] ne '';
            push @out, indented(@block), '';
            @block = ();
        }
        next if !defined $line || ($line eq '' && (!@out || $out[-1] eq ''));
        push @out, '' if $line =~ /^Returns?\b/ && @out && $out[-1] =~ /[.:)]$/;
        push @out, escape($line =~ s/^ //r);
    }
    return join("\n", @out) =~ s/\n+\z//r;
}

# What a caller needs of a declaration: no bodies of functions and macros, no export mark.
sub declaration {
    my ($code) = @_;
    my @out;
    my $rest = $code;
    while ($rest =~ m{\G(?<item>\#[ ]*define(?:[^\n\\]|\\\n|\\.)*\n?|.*?\n)}gs) {
        my $item = $+{item};
        if ($item =~ /^#\s*define\s+(\w+_)\b(?!\w)/ or $item =~ /^#\s*(?:undef|if|endif|else|elif|include)/) {
            next;
        }
        if ($item =~ /^#\s*define\s+(\w+\([^)]*\))/) { push @out, "#define $1\n"; next }
        if ($item =~ /^#\s*define.*\\\n/) { $item =~ s/\s*\\\n.*//s; push @out, "$item\n"; next }
        push @out, $item;
    }
    my $text = join '', @out;
    $text =~ s{^(extern )?CHI_API }{$1 // ""}mge;
    $text =~ s/^(static inline [^{;]*?)\s*\n\{.*?^\}\n?/$1;\n/msg;
    return $text;
}

sub page_of {
    my ($path, $name) = @_;
    my $source = slurp($path);
    $source =~ s{^/\* SPDX[^\n]*\n}{};
    $source =~ s{#ifdef __cplusplus\n(?:extern "C" \{|\})\n#endif\n}{}g;
    $source =~ s{^#include[^\n]*\n}{}mg;
    $source =~ s{^CHI_(?:BEGIN|END)_DECLS\n}{}mg;
    $source =~ s{^#ifndef \w+_H\n#define \w+_H\n}{}m;
    $source =~ s{#endif\s*$}{};
    my $out = "## $name\n\n";
    $source =~ s{^\s*(/\*.*?\*/)\s*\n}{}s and $out .= text_of($1) . "\n\n";
    my ($item, $depth) = ('', 0);
    my @items;
    for my $line (split /\n/, $source, -1) {
        if ($line =~ /^\s*$/ && $depth == 0) {
            push @items, $item if $item =~ /\S/;
            $item = '';
            next;
        }
        $item .= "$line\n";
        (my $plain = $line) =~ s{//.*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'}{}g;
        $depth += () = $plain =~ /[{(]/g if $item !~ m{^\s*/\*(?!.*\*/)}s;
        $depth -= () = $plain =~ /[})]/g if $item !~ m{^\s*/\*(?!.*\*/)}s;
        $depth = 1 if $item =~ m{^\s*/\*(?!.*\*/)}s;           # inside of a comment
        $depth = 0 if $depth == 1 && $plain =~ m{\*/\s*$} && $item =~ m{^\s*/\*(?:(?!\*/).)*\*/\s*$}s;
    }
    push @items, $item if $item =~ /\S/;
    for my $one (@items) {
        my $comment = '';
        $one =~ s{^\s*(/\*(?:(?!\*/).)*\*/)[ \t]*\n}{}s and $comment = text_of($1);
        if ($comment =~ s/^---- //) {
            my $title = ucfirst $comment;
            $title =~ s/\n.*//s;
            $out .= "### $title\n\n";
            next if $one !~ /\S/;
            $comment = '';
        }
        my $code = declaration($one);
        next if $code !~ /\S/ && $comment !~ /\S/;
        next if $code !~ /\S/ || $code =~ /\A(?:static inline)?[^;({]*\b\w+_\([^;]*;\s*\z/;
        $code =~ s/\n+\z/\n/;
        $out .= "```c\n$code```\n\n";
        $out .= "$comment\n\n" if $comment ne '';
    }
    return $out;
}

1;
