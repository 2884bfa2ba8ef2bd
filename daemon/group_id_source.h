#ifndef CONVOY_DAEMON_GROUP_ID_SOURCE_H_
#define CONVOY_DAEMON_GROUP_ID_SOURCE_H_

#include <string>

namespace convoy {

// Where a machine's group is told (group.id_source).
struct GroupIdSource {
  // none, dns_suffix, dhcp_option, file or realm.
  std::string source = "none";
  std::string file;  // group.id_file, for source file.
  // The root of the file system, but for `file`. Tests have another one.
  std::string root;
};

// The id; empty: the source has none.
//
// dns_suffix: SearchDomain (resolv_conf.h).
// dhcp_option: option 234 of this machine's lease (dhcp_lease.h).
// file: the first line that is not blank.
// realm: the first of "domains" in the section [sssd] of /etc/sssd/sssd.conf,
// else "realm" in /etc/samba/smb.conf, where realmd writes what it joined; in
// small letters.
std::string ReadGroupId(const GroupIdSource& source);

}  // namespace convoy

#endif  // CONVOY_DAEMON_GROUP_ID_SOURCE_H_
