#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# A program that says how it is, step by step, for the end-to-end tests. No modules beyond perl's own. A step is
#
#     WORD=VALUE         sent as one message to NOTIFY_SOCKET ("\n" in it is a line end)
#     beat               WATCHDOG=1 from now on, at half of WATCHDOG_USEC; SIGUSR1 ends that
#     wait=SECONDS       goes on after so long
#     until=PATH         goes on when there is a file
#     print=TEXT         a line on stdout
#     exit=CODE          its end
#
# After the last step it sleeps until it is told to end.
use strict;
use warnings;
use Socket;

die "WATCHDOG_PID is set\n" if exists $ENV{WATCHDOG_PID};
$| = 1;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
my $to = sockaddr_un($ENV{NOTIFY_SOCKET} // die "there is no NOTIFY_SOCKET\n");
sub say_it { defined send($socket, $_[0], 0, $to) or die "send: $!" }

my ($half, $since_beat) = (0, 0);
$SIG{USR1} = sub { $half = 0 };

sub pause {
    for (my $left = $_[0]; $left > 0; $left -= 0.02) {
        select undef, undef, undef, 0.02;
        $since_beat += 0.02;
        next if !$half || $since_beat < $half;
        say_it("WATCHDOG=1");
        $since_beat = 0;
    }
}

for my $step (@ARGV) {
    if ($step eq "beat") {
        $half = $ENV{WATCHDOG_USEC} / 2e6;
        say_it("WATCHDOG=1");
    } elsif ($step =~ /^wait=(.*)/) { pause($1) }
    elsif ($step =~ /^until=(.*)/) { my $path = $1; pause(0.02) until -e $path }
    elsif ($step =~ /^print=(.*)/) { print "$1\n" }
    elsif ($step =~ /^exit=(.*)/) { exit $1 }
    else { say_it($step =~ s/\\n/\n/gr) }
}
pause(1) while 1;
