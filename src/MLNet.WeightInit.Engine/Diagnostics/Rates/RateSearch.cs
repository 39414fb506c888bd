namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>Finds where rates stop to train: doubling or halving from a guess, then bisection on the logarithm.</summary>
/// <param name="Stable">The largest that trained; NaN where none did.</param>
/// <param name="Diverged">The smallest above it that didn't; NaN where each or none did.</param>
internal readonly record struct RateSearch(double Stable, double Diverged, int Trials)
{
    /// <summary>Of the two rates, in the end, where no other is asked for; and for a network so large that its trials are the shortest.</summary>
    public const double Resolution = 1.2, LargeResolution = 1.5;

    /// <summary>From one rate to the next until both sides of the edge are known. The quadratic bound is often ten times off, and the trials of the largest networks are dear.</summary>
    public const int UsualFactor = 2, LargeFactor = 4;

    const int MostMoves = 14;

    /// <summary>From a rate that changes nothing, larger ones are looked at in larger steps.</summary>
    const int Stride = 4, MostStrides = 6;

    /// <param name="trial">Above 0 where a rate trains, 0 where it changes nothing, below 0 where the loss rises; asked once for each that is tried.</param>
    /// <param name="guess">Above 0.</param>
    /// <param name="resolution">To where the two are bisected.</param>
    /// <param name="factor">By which rates grow or fall before.</param>
    public static RateSearch Run(Func<double, int> trial, double guess, double resolution = Resolution, int factor = UsualFactor)
    {
        double stable = double.NaN, diverged = double.NaN, rate = guess;
        int trials = 1, outcome = trial(rate);
        // A loss that stays may be due to a rate that is too small, or to one so large that the network died at once: what larger ones do tells.
        for (int i = 0; i < MostStrides && outcome == 0; i++, trials++)
            outcome = trial(rate *= Stride);
        if (outcome > 0)
            stable = rate;
        else
            diverged = rate = outcome < 0 && rate > guess ? rate : guess;
        bool rises = outcome > 0;
        for (int i = 0; i < MostMoves && (double.IsNaN(stable) || double.IsNaN(diverged)); i++, trials++)
        {
            rate = rises ? stable * factor : diverged / factor;
            if (trial(rate) > 0)
                stable = rate;
            else
                diverged = rate;
        }
        if (double.IsNaN(stable))
            return new RateSearch(double.NaN, double.NaN, trials);
        for (; diverged / stable > resolution; trials++)
        {
            double middle = Math.Sqrt(stable * diverged);
            if (trial(middle) > 0)
                stable = middle;
            else
                diverged = middle;
        }
        return new RateSearch(stable, diverged, trials);
    }
}
