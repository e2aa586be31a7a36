# SPDX-License-Identifier: Apache-2.0
# `make run` shows hostd at work, `make test` proves it; `make help` names the rest.

SWIFT ?= swift
STRIP ?= strip
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
# Where it is installed; of this host if not given.
SYSTEMD_VERSION ?= $(shell systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
# Of the simulation in `make test`.
SIMULATE_SECONDS ?= 60

RELEASE := .build/release
SBIN := $(DESTDIR)$(PREFIX)/sbin
BIN := $(DESTDIR)$(PREFIX)/bin
LIBEXEC := $(DESTDIR)$(PREFIX)/libexec/hostd
DOC := $(DESTDIR)$(PREFIX)/share/doc/hostd
LIB := $(DESTDIR)$(PREFIX)/lib
SHARE := $(DESTDIR)$(PREFIX)/share
ETC := $(DESTDIR)$(SYSCONFDIR)/hostd
MAN := $(SHARE)/man
# The units name the programs where they are installed.
PLACED := sed 's|/usr/local|$(PREFIX)|g'
SYSTEM_UNITS := $(notdir $(foreach kind,service timer socket slice target,$(wildcard config/systemd/*.$(kind))))
USER_UNITS := $(notdir $(foreach kind,service timer socket slice target,$(wildcard config/systemd/user/*.$(kind))))

export SWIFT

.PHONY: help deps build run test simulate lint bench install install-units install-completions install-man uninstall deb \
	test-systemd clean

help:
	@echo 'make run      install what is missing, build, and run hostd on config/demo in the foreground'
	@echo 'make test     install what is missing, build, and run all tests and a minute of simulation'
	@echo 'make lint     formatting and the tidy tests'
	@echo 'make bench    hostd beside other supervisors; installs those that are missing'
	@echo 'make build    the programs, in $(RELEASE)'
	@echo 'make install  what was built, its units and docs, under PREFIX ($(PREFIX)); DESTDIR is honoured'
	@echo 'make uninstall  takes that away again, but no configuration, state or logs'
	@echo 'make deb      a package for this Debian, in .build/deb'
	@echo 'make test-systemd  hostd under a systemd that boots in a container (as root); part of make test too'
	@echo 'make docs     docs/configuration.md, agents.md, models.md and units.md anew, from the declarations of the keys'
	@echo 'make deps     install what is missing and nothing else'
	@echo 'make clean    remove what was built'

deps:
	@tools/deps

build: deps
	$(SWIFT) build -c release

run: build
	@tools/demo $(RELEASE)

# The simulation first, so that the test runner has the last word.
test: simulate
	@tools/deps test
	tools/test

simulate: deps
	$(SWIFT) build -c release --product hostd-bench
	$(RELEASE)/hostd-bench simulate --seconds $(SIMULATE_SECONDS)

lint: deps
	$(SWIFT) format lint --strict --parallel -r Sources Tests Package.swift
	$(SWIFT) test --filter TidyTests

# The pages of the verbs, from the table that hostctl itself goes by.
.PHONY: docs-hostctl
docs-hostctl: deps
	$(SWIFT) build --product hostctl
	tools/docs-hostctl .build/debug/hostctl

bench:
	@tools/deps bench
	$(SWIFT) build -c release
	$(RELEASE)/hostd-bench recovery
	$(RELEASE)/hostd-bench footprint
	$(RELEASE)/hostd-bench conditions
	$(RELEASE)/hostd-bench scale
	$(RELEASE)/hostd-bench logs
	$(RELEASE)/hostd-bench floods
	$(RELEASE)/hostd-bench jobs
	$(RELEASE)/hostd-bench hostctl

# The part below the mark is made anew.
.PHONY: docs
docs: docs-hostctl
	$(SWIFT) build --product hostd
	sed -i '/^<!-- Below here is what/q' docs/configuration.md
	.build/debug/hostd --reference >> docs/configuration.md
	sed -i '/^<!-- Below here is what/q' docs/agents.md
	.build/debug/hostd --reference-agents >> docs/agents.md
	sed -i '/^<!-- Below here is what/q' docs/models.md
	.build/debug/hostd --reference-models >> docs/models.md
	sed -i '/^<!-- Below here is what/q' docs/units.md
	.build/debug/hostd --reference-units >> docs/units.md

# Installs what `make build` has built: `sudo make install` builds nothing as root.
install:
	@test -x $(RELEASE)/hostd || { echo 'nothing is built yet: make build' >&2; exit 1; }
	install -d $(SBIN) $(BIN) $(LIBEXEC) $(DOC)
	install -m 755 $(RELEASE)/hostd $(SBIN)/hostd
	install -m 755 $(RELEASE)/hostctl $(BIN)/hostctl
	install -m 755 $(RELEASE)/hostd-keeper $(RELEASE)/hostd-logger $(LIBEXEC)
	$(STRIP) $(SBIN)/hostd $(BIN)/hostctl $(LIBEXEC)/hostd-keeper $(LIBEXEC)/hostd-logger
	install -d $(DOC)/hostctl
	install -m 644 README.md LICENSE docs/*.md $(DOC)
	install -m 644 docs/hostctl/*.md $(DOC)/hostctl
	install -d $(DOC)/examples
	install -m 644 config/systemd/examples/*.conf $(DOC)/examples
	install -d -m 755 $(ETC)
	test -e $(ETC)/hostd.toml || install -m 644 config/hostd.toml $(ETC)/hostd.toml
	@$(MAKE) --no-print-directory install-units install-completions install-man
	@test -n '$(DESTDIR)' || echo 'next: systemd-sysusers; systemctl daemon-reload; systemctl enable --now hostd'

install-units:
	install -d $(LIB)/systemd/system $(LIB)/systemd/user $(LIB)/systemd/catalog $(LIB)/sysusers.d $(LIB)/tmpfiles.d
	for unit in $(SYSTEM_UNITS); do $(PLACED) config/systemd/$$unit >$(LIB)/systemd/system/$$unit || exit 1; done
	for unit in $(USER_UNITS); do $(PLACED) config/systemd/user/$$unit >$(LIB)/systemd/user/$$unit || exit 1; done
	chmod 644 $(SYSTEM_UNITS:%=$(LIB)/systemd/system/%) $(USER_UNITS:%=$(LIB)/systemd/user/%)
	$(PLACED) config/systemd/hostd.catalog >$(LIB)/systemd/catalog/hostd.catalog
	chmod 644 $(LIB)/systemd/catalog/hostd.catalog
	install -m 644 config/systemd/hostd.sysusers.conf $(LIB)/sysusers.d/hostd.conf
	install -m 644 config/systemd/hostd.tmpfiles.conf $(LIB)/tmpfiles.d/hostd.conf
	if [ 0$(SYSTEMD_VERSION) -ge 254 ]; then \
		install -D -m 644 config/systemd/hostd.service.d.conf $(LIB)/systemd/system/hostd.service.d/10-subgroup.conf; \
	fi

# Of a hostctl that can make them.
install-completions:
	@tools/completions $(RELEASE)/hostctl $(SHARE)

# Of the version that hostd itself says.
install-man:
	@tools/man "$$($(RELEASE)/hostd --version | sed 's/^hostd //')" $(PREFIX) $(MAN)

# Configuration, state and logs stay.
uninstall:
	rm -f $(SBIN)/hostd $(BIN)/hostctl
	rm -rf $(LIBEXEC) $(DOC)
	rm -f $(SYSTEM_UNITS:%=$(LIB)/systemd/system/%) $(USER_UNITS:%=$(LIB)/systemd/user/%)
	rm -rf $(LIB)/systemd/system/hostd.service.d
	rm -f $(LIB)/systemd/catalog/hostd.catalog
	rm -f $(LIB)/sysusers.d/hostd.conf $(LIB)/tmpfiles.d/hostd.conf
	rm -f $(SHARE)/bash-completion/completions/hostctl $(SHARE)/zsh/site-functions/_hostctl
	rm -f $(SHARE)/fish/vendor_completions.d/hostctl.fish
	rm -f $(MAN)/man1/hostctl.1 $(MAN)/man1/hostctl-*.1 $(MAN)/man5/hostd.toml.5 $(MAN)/man8/hostd.8 $(MAN)/man8/hostd-*.8

deb:
	@tools/deps deb
	$(SWIFT) build -c release
	tools/deb $(RELEASE) .build/deb

# One of them: make test-systemd TOPICS=unit
TOPICS ?= $(patsubst Tests/Booted/%.sh,%,$(filter-out %lib.sh,$(wildcard Tests/Booted/*.sh)))

test-systemd: deps
	@tools/deps test
	$(SWIFT) build
	@for topic in $(TOPICS); do tools/booted .build/debug $$topic || exit 1; done

clean:
	rm -rf .build
