using System.Globalization;

/// <summary>What the command line says, over what it leaves open.</summary>
sealed record Arguments(string File, string Label, int[] Layers, string Activation, string Optimizer, float Rate, string Init, int Seeds, int Steps)
{
    const string Usage = """
        Diagnose [table.csv label] [--layers 128,64] [--activation ReLU] [--optimizer Adam] [--rate 0.001] [--init Auto] [--seeds 10] [--steps 100]
        """;

    /// <returns>Null where it can't be read; the error output says why.</returns>
    public static Arguments? Read(string[] args)
    {
        int plain = args.TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal)).Count();
        var named = new Dictionary<string, string>
        {
            ["--layers"] = "128,64", ["--activation"] = "ReLU", ["--optimizer"] = "Adam", ["--rate"] = "0.001", ["--init"] = "Auto", ["--seeds"] = "10", ["--steps"] = "100",
        };
        for (int i = plain; i < args.Length; i += 2)
        {
            if (!named.ContainsKey(args[i]) || i + 1 == args.Length)
                return Refuse(i + 1 == args.Length ? $"{args[i]} needs a value." : $"There is no option {args[i]}.");
            named[args[i]] = args[i + 1];
        }
        if (plain is not (0 or 2))
            return Refuse("A table and the name of its label column are needed, or neither.");
        string file = plain == 2 ? args[0] : Path.Combine(AppContext.BaseDirectory, "wine.csv");
        if (!System.IO.File.Exists(file))
            return Refuse($"There is no file {file}.");
        try
        {
            return new Arguments(file, plain == 2 ? args[1] : "Label", [.. named["--layers"].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(units => Number<int>("--layers", units))],
                named["--activation"], named["--optimizer"], Number<float>("--rate", named["--rate"]), named["--init"], Number<int>("--seeds", named["--seeds"]), Number<int>("--steps", named["--steps"]));
        }
        catch (FormatException exception)
        {
            return Refuse(exception.Message);
        }
    }

    static T Number<T>(string option, string text) where T : IParsable<T>
        => T.TryParse(text, CultureInfo.InvariantCulture, out T? value) ? value : throw new FormatException($"{option} takes {(typeof(T) == typeof(int) ? "whole numbers" : "a number with a point as decimal separator")}, and '{text}' is none.");

    static Arguments? Refuse(string why)
    {
        Console.Error.WriteLine($"{why}\n{Usage}");
        return null;
    }
}
