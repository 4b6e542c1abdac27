#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-3-Clause
# Copies the documents of the tree, and each file that they link, into FOLDER, for the site generator:
#   site_source.pl FOLDER
# Paths stay as they are, so links between documents need no change.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);

die "Usage: site_source.pl FOLDER\n" if @ARGV != 1;
my $to = $ARGV[0];
my %files = map { $_ => 1 } grep { -f }
    split /\0/, qx(git ls-files -z --cached --others --exclude-standard -- '*.md' docs/pictures LICENSE);
delete $files{$_} for grep { m{^(test|chimods/MOD_NAME)/} } keys %files;

# Lists need an empty line before them there, and not on the pages where the sources are read.
sub with_room_for_lists {
    my ($text) = @_;
    my ($fence, $before, @lines) = (0, '');
    for my $line (split /\n/, $text, -1) {
        $fence = !$fence if $line =~ /^\s*```/;
        push @lines, '' if !$fence && $line =~ /^([-*]|\d+\.) / && $before =~ /^[^\s\-*|#<]/ && $before !~ /^\d+\. /;
        push @lines, $line;
        $before = $line;
    }
    return join "\n", @lines;
}

for my $path (sort keys %files) {
    make_path(dirname("$to/$path"));
    if ($path !~ /\.md$/) {
        copy($path, "$to/$path") or die "$path: $!\n";
        next;
    }
    open my $in, '<', $path or die "$path: $!\n";
    my $text = do { local $/; <$in> };
    open my $out, '>', "$to/$path" or die "$to/$path: $!\n";
    print $out with_room_for_lists($text);
    close $out or die "$to/$path: $!\n";
    $text =~ s/^\s*```.*?^\s*```//msg;
    while ($text =~ /\]\(([^)\s#]+)/g) {
        my $target = $1;
        next if $target =~ /^[a-z]+:/ || $target =~ /\.md$/;
        my $file = dirname($path) . "/$target";
        1 while $file =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
        $file =~ s{(^|/)(\./)+}{$1}g;
        next unless -f $file;
        make_path(dirname("$to/$file"));
        copy($file, "$to/$file") or die "$file: $!\n";
    }
}
