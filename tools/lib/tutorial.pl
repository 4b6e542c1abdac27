#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-3-Clause
# Does what a tutorial says: tutorial.pl PAGE... > SCRIPT. The script is for bash and is to be run in the
# top folder of the tree, with HOME in a folder of its own. Comments before code blocks say what they are:
#   <!-- run -->              commands
#   <!-- expect -->           lines that the commands before have printed, up to numbers
#   <!-- file: PATH -->       the whole file
#   <!-- inside: PATH -->     what lies between the include guards of a file that is there
#   <!-- append: PATH -->     lines for its end
use strict;
use warnings;

# The trap writes to descriptor 3: where a command fails, the block's own output still goes to the file.
print "set -euo pipefail\nexec 3>&1\nexport HOME OUT=\"\$HOME/output\"\n: >\"\$OUT\"\n";
for my $page (@ARGV) {
    open my $in, '<', $page or die "$page: $!\n";
    my $text = do { local $/; <$in> };
    my $count = 0;
    while ($text =~ /^<!-- (run|expect|file|inside|append)(?:: ([^\s;]+)[^>]*)? -->\n\n?```\w*\n(.*?)^```$/msg) {
        my ($what, $path, $body) = ($1, $2, $3);
        $count++;
        if ($what eq 'run') {
            print "$_\n" for "printf '\$ %s\\n' '" . join("' '", map { s/'/'\\''/gr } split /\n/, $body) . "' >&2";
            print "trap 'cat \"\$OUT\" >&3' EXIT\n: >\"\$OUT\"\n{\n$body} >>\"\$OUT\" 2>&1 </dev/null\ntrap - EXIT\ncat \"\$OUT\"\n";
        } elsif ($what eq 'expect') {
            for my $line (split /\n/, $body) {
                next if $line =~ /^\s*(\.\.\.)?$/;
                $line = quotemeta($line) =~ s/\\([^\w\s])/[$1]/gr =~ s/\\(\s)/$1/gr =~ s/\[\^\]/\\^/gr =~ s/[0-9]+/[0-9]+/gr;
                $line =~ s/'/'\\''/g;
                print "grep -qE -- '$line' \"\$OUT\" || { echo '$page: expected: $line'; exit 1; }\n";
            }
        } elsif ($what eq 'inside') {
            print "{ sed '/^#define .*_H\$/q' '$path'; cat <<'END_OF_BLOCK'\n\n$body\n#endif\nEND_OF_BLOCK\n} >'$path.new'\nmv '$path.new' '$path'\n";
        } else {
            printf "cat %s'$path' <<'END_OF_BLOCK'\n%sEND_OF_BLOCK\n", $what eq 'append' ? '>>' : '>', $body;
        }
    }
    die "$page has no such block\n" unless $count;
}
print "echo 'All of it works as it stands.'\n";
