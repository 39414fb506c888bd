using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>Where rates stop to train, by several draws of the batches: with Adam above all, a rate may fail in one order of the rows and train in another, and so may the rate above it.</summary>
/// <remarks>
/// On a ladder of rates the share of draws that train falls from 1 to 0, over one rung where the edge is sharp and over many where it isn't. The edge is where it is a half, by the estimate of Spearman (1908) and Kärber (1931): lowest rung ×
/// step ^ (sum of the shares − 1/2), the mean of the draws' own edges on the logarithm where each has one. It needs no shape of the fall, and no search whose first surprise decides.
/// </remarks>
/// <param name="Stable">The highest rung at which, and on all rungs below it, every draw trains; NaN where none does.</param>
/// <param name="Diverged">The edge; NaN where no rate that was tried is too large.</param>
internal readonly record struct RateEdge(double Stable, double Diverged, int Rungs)
{
    /// <summary>From one rung to the next.</summary>
    public const double Step = 1.5;

    const int MostDown = 12, MostUp = 16;

    /// <summary>Rungs in a row that end the ladder: below all draws train, above most fail. One alone may be chance.</summary>
    const int InARow = 2;

    /// <param name="share">Of draws that train at a rate; asked once for each that is tried.</param>
    /// <param name="guess">A rate that trained once; the ladder goes both ways from it.</param>
    public static RateEdge Find(Func<double, double> share, double guess)
    {
        var shares = new List<double> { share(guess) };
        double lowest = guess, rate = guess;
        for (int run = shares[0] == 1 ? 1 : 0, i = 0; run < InARow && i < MostDown; i++)
        {
            shares.Insert(0, share(lowest /= Step));
            run = shares[0] == 1 ? run + 1 : 0;
        }
        int failed = shares.Count - 1 - shares.FindLastIndex(trains => trains >= 0.5);
        for (int i = 0; failed < InARow && i < MostUp; i++)
        {
            shares.Add(share(rate *= Step));
            failed = shares[^1] < 0.5 ? failed + 1 : 0;
        }
        int stable = shares.TakeWhile(trains => trains == 1).Count();
        return new RateEdge(stable == 0 ? double.NaN : Rung(stable - 1), failed < InARow ? double.NaN : Rung(shares.Sum() - 0.5), shares.Count);

        double Rung(double place) => lowest * ScalarMath.Exp(place * ScalarMath.Log(Step));
    }
}
