#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-3-Clause
# Checks that links lead somewhere, with their anchors: links.pl markdown|html FOLDER
#   markdown  every *.md that git knows below FOLDER (every one at all where there is no git). In a
#             source tree also: files, functions and fields that the documents name in code spans exist, and code
#             "same as" a file is the file's.
#   html      every *.html below FOLDER.
# Prints a line per fault and exits with 1 where there is one.
use strict;
use warnings;
use File::Find;
use File::Spec::Functions qw(canonpath);

my ($mode, $top) = @ARGV;
die "Usage: links.pl markdown|html FOLDER\n" if @ARGV != 2 || $mode !~ /^(markdown|html)$/;
chdir $top or die "$top: $!\n";
my $in_git = -e '.git' && $mode eq 'markdown';
my $bad = 0;
my (%anchors, %links); # by file: ids; [line, target]

sub fault {
    print @_, "\n";
    $bad = 1;
}

sub slurp {
    my ($path) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n";
    local $/;
    return scalar <$file>;
}

sub known_files {
    my @patterns = @_;
    return grep { -f } split /\0/, qx(git ls-files -z --cached --others --exclude-standard -- @patterns)
        if $in_git;
    my @found;
    find({no_chdir => 1, wanted => sub { s{^\./}{}; push @found, $_ if -f }}, '.');
    return $mode eq 'html' ? grep { /\.html$/ } @found : grep { /\.md$/ } @found;
}

# A heading's anchor, by GitHub's rule.
sub slug {
    my ($text, $seen) = @_;
    $text =~ s/!?\[([^\]]*)\]\([^)]*\)/$1/g;
    $text =~ s/[`*]|<[^>]*>//g;
    $text = lc $text;
    $text =~ s/[^\w\- ]//g;
    $text =~ s/ /-/g;
    my $n = $seen->{$text}++;
    return $n ? "$text-$n" : $text;
}

my %code_spans; # by file: [line, text]

sub read_markdown {
    my ($path) = @_;
    my ($line, $fence, %seen, $n) = ('', undef);
    for $line (split /\n/, slurp($path)) {
        $n++;
        if ($line =~ /^\s*(```+|~~~+)/) {
            if (!defined $fence) { $fence = substr $1, 0, 1 }
            elsif (substr($1, 0, 1) eq $fence) { $fence = undef }
            next;
        }
        next if defined $fence;
        $anchors{$path}{slug($1, \%seen)} = 1 if $line =~ /^#{1,6}\s+(.*?)\s*#*\s*$/;
        $anchors{$path}{$1} = 1 while $line =~ /<a\s+(?:id|name)="([^"]+)"/g;
        my $plain = $line;
        push @{$code_spans{$path}}, [$n, $1] while $plain =~ /`([^`]+)`/g;
        $plain =~ s/`[^`]*`//g;
        push @{$links{$path}}, [$n, $1] while $plain =~ /\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
        push @{$links{$path}}, [$n, $1] if $plain =~ /^\s*\[[^\]]+\]:\s+(\S+)/;
        push @{$links{$path}}, [$n, $1] while $plain =~ /<(?:a|img)\s[^>]*(?:href|src)="([^"]+)"/g;
    }
}

sub read_html {
    my ($path) = @_;
    my $text = slurp($path);
    $text =~ s/<(script|style)\b.*?<\/\1>//gs;
    $anchors{$path}{$1} = 1 while $text =~ /\s(?:id|name)=["']?([^"'\s>]+)/g;
    push @{$links{$path}}, [0, $1] while $text =~ /<[a-z]+\s[^>]*?(?:href|src)=["']([^"']*)["']/g;
}

# "a/b/../c" without the way up; undef where it leaves the folder.
sub resolve {
    my ($from, $target) = @_;
    my @parts = $from =~ m{/} ? split(m{/}, $from) : ($from);
    pop @parts;
    for my $part (split m{/}, $target) {
        next if $part eq '' || $part eq '.';
        if ($part ne '..') { push @parts, $part }
        elsif (@parts)     { pop @parts }
        else               { return undef }
    }
    return @parts ? join('/', @parts) : '.';
}

sub check_link {
    my ($from, $line, $link) = @_;
    my $where = $line ? "$from:$line" : $from;
    return if $link =~ /^[a-z][a-z0-9+.-]*:/i || $link =~ m{^//} || $link eq '';
    my ($target, $anchor) = $link =~ /^([^#?]*)(?:\?[^#]*)?(?:#(.*))?$/;
    $target =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    if ($mode eq 'html' && $target =~ m{^/}) {
        # Only the page for paths that do not exist has such links: they begin at the site's root.
        $target =~ s{^/}{};
        $from = 'index.html';
    }
    my $path = $target eq '' ? $from : resolve($from, $target);
    return fault("$where: $link leads out of the folder") unless defined $path;
    return fault("$where: there is no $link") unless -e $path;
    $path = $path eq '.' ? 'index.html' : "$path/index.html" if $mode eq 'html' && -d $path;
    return if !defined $anchor || $anchor eq '' || !exists $anchors{$path};
    fault("$where: $path has no #$anchor") unless $anchors{$path}{$anchor};
}

# What design, glossary and the like name must be there. Tutorials name what the reader makes.
sub check_names {
    my (%words, %suffixes);
    for my $path (known_files(qw(include src chimods cmake tools test bench examples CMakeLists.txt CMakePresets.json))) {
        $words{"$1_$2"} = 1 if $path =~ m{^test/(\w+)/test_(\w+)\.c$}; # as CMake names the test
        my $tail = $path;
        do { $suffixes{$tail} = 1; $suffixes{"$tail/"} = 1 } while $tail =~ s{^[^/]+/}{};
        my $folder = $path;
        while ($folder =~ s{/[^/]+$}{}) {
            my $end = $folder;
            do { $suffixes{$end} = $suffixes{"$end/"} = 1 } while $end =~ s{^[^/]+/}{};
        }
        $words{"$1_$2"} = 1 if $path =~ m{^test/(?:unit/)?(\w+)/test_(\w+)\.c$}; # ctest's name of it
        next if $path =~ m{^test/(fuzz/corpus|generator/corpus)/} || $path =~ /\.md$/ || -B $path;
        my $text = slurp($path);
        $words{$_} = 1 for $text =~ /\b(\w+)\b/g;
    }
    for my $path (sort keys %code_spans) {
        my $strict = $path =~ m{^(docs/(design/|glossary|compatibility|faq)|CONTRIBUTING|SECURITY|README)};
        next if $path eq 'CHANGELOG.md' || $path eq 'docs/reference/cpp_names.md'; # names of other times and languages
        for (@{$code_spans{$path}}) {
            my ($line, $span) = @$_;
            if ($strict && $span =~ m{^[\w./-]+\.(?:c|h|sh|pl|cmake|pml)$} && $span !~ /^my_|^libc/) {
                fault("$path:$line: there is no file $span") unless $suffixes{$span} || $span =~ /^\w+_client\.h$/;
            }
            for my $name ($span =~ /\b((?:chi|CHI)_\w+)/g) {
                fault("$path:$line: nothing is named $name") unless $words{$name} || $name =~ /_$/;
            }
            if ($strict && $span =~ /^(?:\w+->)?([a-z]\w*_\w+)(?:\(\))?$/) {
                fault("$path:$line: nothing is named $1") unless $words{$1} || $suffixes{$1};
            }
        }
    }
}

# A block of code that says so is the same as a file, without the two comments at the file's head.
sub check_copies {
    for my $path (known_files("'*.md'")) {
        my $text = slurp($path);
        while ($text =~ /^<!--[^>\n]*same as ([^\s>]+)[^>\n]*-->\n\n?```\w*\n(.*?)^```$/msg) {
            my ($file, $copy) = ($1, $2);
            fault("$path: there is no $file"), next unless -f $file;
            my (undef, undef, $source) = split /\n/, slurp($file), 3;
            fault("$path: the code is not that of $file") if $source ne $copy;
        }
    }
}

my @files = known_files("'*.md'");
$mode eq 'html' ? read_html($_) : read_markdown($_) for @files;
for my $path (sort keys %links) {
    check_link($path, @$_) for @{$links{$path}};
}
if ($in_git) {
    check_names();
    check_copies();
}
exit $bad;
