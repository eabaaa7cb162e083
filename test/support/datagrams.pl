# Binds a Unix datagram socket, `@name` for an abstract one, and prints each datagram as one line of JSON.
# Node has no such socket; Perl is in every Debian, as perl-base.
use strict;
use warnings;
use Socket;

my ($path) = @ARGV;
my $name = $path =~ /^@/ ? "\0" . substr($path, 1) : $path;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, pack_sockaddr_un($name)) or die "bind: $!";
$| = 1;
print "\"bound\"\n";
while (defined recv($socket, my $bytes, 65536, 0)) {
  $bytes =~ s/([\\"])/\\$1/g;
  $bytes =~ s/([\x00-\x1f])/sprintf('\\u%04x', ord $1)/ge;
  print "\"$bytes\"\n";
}
