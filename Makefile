# SPDX-License-Identifier: Apache-2.0
# `make run` shows hostd at work, `make test` proves it; `make help` names the rest.

SWIFT ?= swift
STRIP ?= strip
PREFIX ?= /usr/local
DESTDIR ?=
# Of the simulation in `make test`.
SIMULATE_SECONDS ?= 60

RELEASE := .build/release
SBIN := $(DESTDIR)$(PREFIX)/sbin
BIN := $(DESTDIR)$(PREFIX)/bin
LIBEXEC := $(DESTDIR)$(PREFIX)/libexec/hostd
DOC := $(DESTDIR)$(PREFIX)/share/doc/hostd

export SWIFT

.PHONY: help deps build run test simulate lint bench install clean

help:
	@echo 'make run      install what is missing, build, and run hostd on config/demo in the foreground'
	@echo 'make test     install what is missing, build, and run all tests and a minute of simulation'
	@echo 'make lint     formatting and the tidy tests'
	@echo 'make bench    hostd beside other supervisors; installs those that are missing'
	@echo 'make build    the programs, in $(RELEASE)'
	@echo 'make install  the built programs, under PREFIX ($(PREFIX)); DESTDIR is honoured'
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
	$(SWIFT) test

simulate: deps
	$(SWIFT) build -c release --product hostd-bench
	$(RELEASE)/hostd-bench simulate --seconds $(SIMULATE_SECONDS)

lint: deps
	$(SWIFT) format lint --strict --parallel -r Sources Tests Package.swift
	$(SWIFT) test --filter TidyTests

bench:
	@tools/deps bench
	$(SWIFT) build -c release
	$(RELEASE)/hostd-bench recovery
	$(RELEASE)/hostd-bench footprint
	$(RELEASE)/hostd-bench logs

# Installs what `make build` has built: `sudo make install` builds nothing as root.
install:
	@test -x $(RELEASE)/hostd || { echo 'nothing is built yet: make build' >&2; exit 1; }
	install -d $(SBIN) $(BIN) $(LIBEXEC) $(DOC)
	install -m 755 $(RELEASE)/hostd $(SBIN)/hostd
	install -m 755 $(RELEASE)/hostctl $(BIN)/hostctl
	install -m 755 $(RELEASE)/hostd-keeper $(RELEASE)/hostd-logger $(LIBEXEC)
	$(STRIP) $(SBIN)/hostd $(BIN)/hostctl $(LIBEXEC)/hostd-keeper $(LIBEXEC)/hostd-logger
	install -m 644 README.md LICENSE docs/*.md $(DOC)

clean:
	rm -rf .build
