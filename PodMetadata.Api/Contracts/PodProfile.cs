using AutoMapper;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The maps between the wire and the domain.</summary>
public sealed class PodProfile : Profile
{
    /// <summary>Declares the maps.</summary>
    public PodProfile()
    {
        CreateMap<UpsertPodRequest, Pod>()
            .ForMember(pod => pod.Name, member => member.MapFrom(request => FieldRules.Trimmed(request.PodName)))
            .ForMember(pod => pod.Namespace, member => member.MapFrom(request => FieldRules.Trimmed(request.PodNamespace)))
            .ForMember(pod => pod.Ip, member => member.MapFrom(request => request.ParsedIp.Value))
            .ForMember(pod => pod.NodeName, member => member.MapFrom(request => FieldRules.Trimmed(request.NodeName)))
            .ForMember(pod => pod.Identity, member => member.MapFrom(request => request.PodIdentity))
            .ForMember(pod => pod.SelectorLabels, member => member.MapFrom(request => request.WorkloadSelectorLabels))
            .ForMember(pod => pod.Manifest, member => member.MapFrom(request => request.PodObj))
            .ForMember(pod => pod.TimeStamp, member => member.MapFrom(request => request.ParsedTimeStamp.Value));

        CreateMap<Pod, PodRecord>()
            .ForMember(record => record.PodName, member => member.MapFrom(pod => pod.Name))
            .ForMember(record => record.PodNamespace, member => member.MapFrom(pod => pod.Namespace))
            .ForMember(record => record.PodIp, member => member.MapFrom(pod => pod.Ip))
            .ForMember(record => record.PodIdentity, member => member.MapFrom(pod => pod.Identity))
            .ForMember(record => record.WorkloadSelectorLabels, member => member.MapFrom(pod => pod.SelectorLabels))
            .ForMember(record => record.PodObj, member => member.MapFrom(pod => pod.Manifest));

        CreateMap<PodLease, LeaseRecord>()
            .ForMember(record => record.PodName, member => member.MapFrom(lease => lease.Name))
            .ForMember(record => record.PodNamespace, member => member.MapFrom(lease => lease.Namespace))
            .ForMember(record => record.PodIp, member => member.MapFrom(lease => lease.Ip))
            .ForMember(record => record.PodIdentity, member => member.MapFrom(lease => lease.Identity))
            .ForMember(record => record.WorkloadSelectorLabels, member => member.MapFrom(lease => lease.SelectorLabels));

        CreateMap<PageQuery, PodQuery>()
            .ForMember(query => query.Labels, member => member.MapFrom(page => page.ParsedSelector.Value))
            .ForMember(query => query.After, member => member.MapFrom(page => page.ParsedContinue.Value))
            .ForMember(query => query.WithManifest, member => member.MapFrom(page => page.ParsedFields.Value == null || page.ParsedFields.Value.HasManifest))
            .ForMember(query => query.Namespace, member => member.Ignore())
            .ForMember(query => query.NodeName, member => member.Ignore())
            .ForMember(query => query.Identity, member => member.Ignore())
            .ForMember(query => query.Live, member => member.Ignore())
            .ForMember(query => query.WithNamesakes, member => member.Ignore());

        CreateMap<ListQuery, PodQuery>()
            .IncludeBase<PageQuery, PodQuery>()
            .ForMember(query => query.Namespace, member => member.MapFrom(list => FieldRules.Trimmed(list.Namespace)))
            .ForMember(query => query.NodeName, member => member.MapFrom(list => FieldRules.Trimmed(list.Node)))
            .ForMember(query => query.Identity, member => member.MapFrom(list => string.IsNullOrEmpty(list.Identity) ? null : list.Identity))
            .ForMember(query => query.Live, member => member.MapFrom(list => list.Live));

        CreateMap<NodeQuery, PodQuery>()
            .IncludeBase<PageQuery, PodQuery>()
            .ForMember(query => query.NodeName, member => member.MapFrom(node => node.Node))
            .ForMember(query => query.Live, member => member.MapFrom(_ => true))
            .ForMember(query => query.WithNamesakes, member => member.MapFrom(_ => true));
    }
}
