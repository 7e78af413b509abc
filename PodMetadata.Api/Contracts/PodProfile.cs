using AutoMapper;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The maps between the wire and the domain.</summary>
public sealed class PodProfile : Profile
{
    /// <summary>Declares the maps.</summary>
    public PodProfile()
    {
        CreateMap<PodSpec, Pod>()
            .ForMember(pod => pod.Name, member => member.MapFrom(spec => PodText.Trimmed(spec.PodName)))
            .ForMember(pod => pod.Namespace, member => member.MapFrom(spec => PodText.Trimmed(spec.PodNamespace)))
            .ForMember(pod => pod.Ip, member => member.MapFrom(spec => PodAddress.Parse(spec.PodIp)))
            .ForMember(pod => pod.NodeName, member => member.MapFrom(spec => PodText.Trimmed(spec.NodeName)))
            .ForMember(pod => pod.Identity, member => member.MapFrom(spec => spec.PodIdentity))
            .ForMember(pod => pod.SelectorLabels, member => member.MapFrom(spec => spec.WorkloadSelectorLabels))
            .ForMember(pod => pod.Manifest, member => member.MapFrom(spec => spec.PodObj))
            .ForMember(pod => pod.TimeStamp, member => member.MapFrom(spec => PodTime.Parse(spec.TimeStamp)));

        CreateMap<Pod, PodRecord>()
            .ForMember(record => record.PodName, member => member.MapFrom(pod => pod.Name))
            .ForMember(record => record.PodNamespace, member => member.MapFrom(pod => pod.Namespace))
            .ForMember(record => record.PodIp, member => member.MapFrom(pod => pod.Ip))
            .ForMember(record => record.PodIdentity, member => member.MapFrom(pod => pod.Identity))
            .ForMember(record => record.WorkloadSelectorLabels, member => member.MapFrom(pod => pod.SelectorLabels))
            .ForMember(record => record.PodObj, member => member.MapFrom(pod => pod.Manifest));
    }
}
