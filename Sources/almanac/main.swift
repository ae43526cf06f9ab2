import AlmanacCommands

await AlmanacCommandLine.main()
