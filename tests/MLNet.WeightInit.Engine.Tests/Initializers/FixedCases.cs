using CsCheck;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>
/// Properties on the same cases in every run. CsCheck's <c>Sample</c> takes its seed for the first case alone and draws all others anew, so that a property that fails for one case in a million would fail one run in a hundred.
/// A failing case is handed to it all the same: it looks for smaller ones.
/// </summary>
internal static class FixedCases
{
    const int MostShrinks = 20_000;

    /// <param name="stream">Tells the cases of one property from another's.</param>
    public static void Hold<T>(Gen<T> cases, uint stream, int count, Func<T, bool> holds, Func<T, string> print)
    {
        var random = new PCG(stream, 1);
        for (int i = 0; i < count; i++)
        {
            string seed = random.ToString();
            T drawn = cases.Generate(random, null, out _);
            if (Holds(drawn, holds) is not { } failure)
                continue;
            cases.Sample(holds, seed: seed, iter: MostShrinks, threads: 1, print: print);
            Assert.Fail($"Case {i}, seed {seed}: {print(drawn)}. {failure}");
        }
    }

    static string? Holds<T>(T drawn, Func<T, bool> holds)
    {
        try
        {
            return holds(drawn) ? null : "It doesn't hold.";
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }
}
