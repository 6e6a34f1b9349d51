raise SystemExit("this package needs a licence file")
